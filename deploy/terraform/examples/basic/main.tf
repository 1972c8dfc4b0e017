# One installation in one project. Copy this folder, or call the module from your own configuration:
#   source = "git::https://…/ee-classifier-export.git//deploy/terraform"

terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 7.0"
    }
  }

  # A state on your own disk cannot be shared: name a bucket here.
  # backend "gcs" { bucket = "my-terraform-state", prefix = "classifier-export" }
}

provider "google" {
  project = var.project_id
  region  = var.region
}

module "classifier_export" {
  source = "../.."

  project_id          = var.project_id
  region              = var.region
  package_dir         = abspath("${path.module}/../../../../dist/deploy")
  callers             = var.callers
  publishers          = var.publishers
  notification_emails = var.notification_emails
  webhook             = var.webhook
  settings            = var.settings
  firestore_database  = var.firestore_database
  runbook_url         = var.runbook_url
}
