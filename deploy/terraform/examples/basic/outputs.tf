output "classifier_export" {
  description = "Addresses, topics and the service account."
  value       = module.classifier_export
}
