locals {
  earthengine_project  = coalesce(var.earthengine_project, var.project_id)
  earthengine_projects = toset(length(var.allowed_projects) > 0 ? var.allowed_projects : [local.earthengine_project])

  # Everything Google's agents are called by.
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

data "google_project" "this" {
  project_id = var.project_id
}
