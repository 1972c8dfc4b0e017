# A tick that is late or fails is not repeated: the next one comes within a minute and takes up what is due.
resource "google_cloud_scheduler_job" "tick" {
  project          = var.project_id
  region           = var.region
  name             = "${var.name}-tick"
  description      = "Drives every export that is due one step"
  schedule         = "* * * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "58s"

  retry_config {
    retry_count = 0
  }

  http_target {
    http_method = "POST"
    uri         = google_cloudfunctions2_function.this["poll"].service_config[0].uri
    headers     = { "Content-Type" = "application/json" }
    body        = base64encode("{}")

    oidc_token {
      service_account_email = google_service_account.tick.email
      audience              = google_cloudfunctions2_function.this["poll"].service_config[0].uri
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.tick]
}
