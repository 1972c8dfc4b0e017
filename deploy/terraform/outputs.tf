output "url" {
  description = "Address of exportsHttp: the API, and the console."
  value       = google_cloudfunctions2_function.this["http"].service_config[0].uri
}

output "webhook_url" {
  description = "Address for signed webhooks; null without webhook."
  value       = one([for key, function in google_cloudfunctions2_function.this : function.service_config[0].uri if key == "webhook"])
}

output "request_topic" {
  description = "Topic whose messages are export requests."
  value       = google_pubsub_topic.requests.id
}

output "event_topic" {
  description = "Topic of completion events: subscribe to it."
  value       = google_pubsub_topic.events.id
}

output "dead_letter_subscription" {
  description = "Subscription with the messages that could not be delivered."
  value       = google_pubsub_subscription.dead_letters.id
}

output "service_account" {
  description = "Account the functions run as: share the inputs of your classifiers with it."
  value       = google_service_account.run.email
}

output "database" {
  description = "Firestore database of the ledger."
  value       = google_firestore_database.ledger.name
}

output "package" {
  description = "What is deployed."
  value       = google_storage_bucket_object.source.name
}

output "dashboard" {
  description = "Where the dashboard is."
  value       = "https://console.cloud.google.com/monitoring/dashboards/builder/${element(split("/", google_monitoring_dashboard.this.id), -1)}?project=${var.project_id}"
}

output "doctor" {
  description = "The command that checks this installation."
  value       = "npx ee-export doctor --project=${var.project_id} --region=${var.region} --name=${var.name}"
}
