# Run by `terraform test` with a mocked provider: no project, no account, no network. TF_VAR_package_dir names the folder
# that `npm run package` wrote.

mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

override_resource {
  target = google_pubsub_topic.requests
  values = { id = "projects/my-project/topics/classifier-export-requests" }
}

override_resource {
  target = google_pubsub_topic.events
  values = { id = "projects/my-project/topics/classifier-export-events" }
}

override_resource {
  target = google_cloudfunctions2_function.this["pubsub"]
  values = { service_config = { uri = "https://pubsub.example" } }
}

override_resource {
  target = google_cloudfunctions2_function.this["poll"]
  values = { service_config = { uri = "https://poll.example" } }
}

override_resource {
  target = google_service_account.run
  values = {
    email  = "run@my-project.iam.gserviceaccount.com"
    member = "serviceAccount:run@my-project.iam.gserviceaccount.com"
  }
}

variables {
  project_id = "my-project"
  region     = "us-central1"
}

run "three_functions_run_as_one_account" {
  assert {
    condition     = toset(keys(google_cloudfunctions2_function.this)) == toset(["http", "pubsub", "poll"])
    error_message = "Without webhook there are three functions"
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.this : function.service_config[0].service_account_email == google_service_account.run.email])
    error_message = "Earth Engine tells repetitions of a request apart per user: all functions must be the same one"
  }

  assert {
    condition     = alltrue([for function in google_cloudfunctions2_function.this : function.service_config[0].environment_variables["GOOGLE_CLOUD_PROJECT"] == "my-project" && function.service_config[0].environment_variables["LOG_EXECUTION_ID"] == "true"])
    error_message = "GOOGLE_CLOUD_PROJECT and LOG_EXECUTION_ID must be set"
  }

  assert {
    condition     = google_cloudfunctions2_function.this["http"].service_config[0].environment_variables["EVENTS_TOPIC"] == "projects/my-project/topics/classifier-export-events"
    error_message = "EVENTS_TOPIC must be the topic of events"
  }
}

run "only_the_named_may_call" {
  variables {
    callers    = ["group:ml@example.com"]
    publishers = ["serviceAccount:pipeline@my-project.iam.gserviceaccount.com"]
  }

  assert {
    condition     = [for binding in google_cloud_run_v2_service_iam_member.callers : binding.member] == ["group:ml@example.com"] && length(google_cloud_run_v2_service_iam_member.webhook) == 0
    error_message = "Nobody but the callers may call exportsHttp"
  }

  assert {
    condition     = google_cloudfunctions2_function.this["pubsub"].service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY" && google_cloudfunctions2_function.this["poll"].service_config[0].ingress_settings == "ALLOW_INTERNAL_ONLY"
    error_message = "exportsPubsub and pollOperations must not be reached from outside"
  }
}

run "pushes_and_ticks_reach_their_function" {
  assert {
    condition     = google_pubsub_subscription.requests.push_config[0].push_endpoint == "https://pubsub.example/projects/my-project/topics/classifier-export-requests"
    error_message = "The push endpoint must be the function's address and the topic"
  }

  assert {
    condition     = google_pubsub_subscription.requests.push_config[0].oidc_token[0].audience == "https://pubsub.example"
    error_message = "The audience of a push must be the function's address"
  }

  assert {
    condition     = google_cloud_scheduler_job.tick.http_target[0].uri == "https://poll.example" && google_cloud_scheduler_job.tick.http_target[0].oidc_token[0].audience == "https://poll.example"
    error_message = "The tick must call pollOperations, with its address as audience"
  }
}

run "the_ledger_is_one_database_and_protected" {
  assert {
    condition     = google_firestore_database.ledger.delete_protection_state == "DELETE_PROTECTION_ENABLED"
    error_message = "The database must be protected unless asked otherwise"
  }

  assert {
    condition     = endswith(google_project_iam_member.ledger.condition[0].expression, "resource.name == \"projects/my-project/databases/classifier-export\"")
    error_message = "The right to documents must be bound to the one database"
  }

  assert {
    condition     = length(google_firestore_field.ledger["exports.expireAt"].ttl_config) == 1 && length(google_firestore_field.ledger["bodies.data"].ttl_config) == 0
    error_message = "TTL is a matter of expireAt alone"
  }
}

run "a_restored_database_is_the_ledger_under_its_own_name" {
  variables {
    firestore_database = "classifier-export-restored"
  }

  assert {
    condition     = google_firestore_database.ledger.name == "classifier-export-restored" && alltrue([for function in google_cloudfunctions2_function.this : function.service_config[0].environment_variables["FIRESTORE_DATABASE"] == "classifier-export-restored"])
    error_message = "The functions must use the database that is named"
  }

  assert {
    condition     = endswith(google_project_iam_member.ledger.condition[0].expression, "resource.name == \"projects/my-project/databases/classifier-export-restored\"")
    error_message = "The right to documents must be bound to the database that is named"
  }

  assert {
    condition     = toset([for index in google_firestore_index.ledger : index.database]) == toset(["classifier-export-restored"]) && google_pubsub_topic.requests.name == "classifier-export-requests"
    error_message = "The indexes go with the database, and no other name changes"
  }
}

run "the_lines_of_level_debug_are_a_matter_of_settings" {
  variables {
    settings = { LOG_LEVEL = "debug" }
  }

  assert {
    condition     = google_cloudfunctions2_function.this["poll"].service_config[0].environment_variables["LOG_LEVEL"] == "debug"
    error_message = "LOG_LEVEL must reach the functions"
  }
}

run "the_package_before_stays_in_the_bucket" {
  assert {
    condition     = google_storage_bucket_object.source.deletion_policy == "ABANDON"
    error_message = "An upgrade must leave the zip that it replaces"
  }
}

run "every_alert_names_its_section_of_the_runbook" {
  variables {
    runbook_url = "https://git.example.com/runbook.md"
  }

  assert {
    condition     = alltrue([for name, alert in merge(google_monitoring_alert_policy.log, google_monitoring_alert_policy.platform, { server-errors = google_monitoring_alert_policy.server_errors }) : can(regex(" https://git\\.example\\.com/runbook\\.md#${name}(\\. |$)", alert.documentation[0].content))])
    error_message = "Whoever is woken must be led to the section of the alert"
  }
}

run "a_webhook_is_a_second_function_for_signed_requests" {
  variables {
    webhook = { secret = "signing", version = "3" }
  }

  assert {
    condition     = google_cloudfunctions2_function.this["webhook"].service_config[0].environment_variables["HTTP_AUTH"] == "signature" && google_cloudfunctions2_function.this["http"].service_config[0].environment_variables["HTTP_AUTH"] == "iam"
    error_message = "Only the webhook function may take signatures in place of IAM"
  }

  assert {
    condition     = google_cloud_run_v2_service_iam_member.webhook[0].member == "allUsers" && google_cloud_run_v2_service_iam_member.webhook[0].name == "classifier-export-webhook"
    error_message = "allUsers may stand at the webhook function alone"
  }

  assert {
    condition     = google_cloudfunctions2_function.this["webhook"].service_config[0].secret_environment_variables[0].version == "3"
    error_message = "The secret must be pinned to its version"
  }
}

run "each_earth_engine_project_gets_its_role" {
  variables {
    earthengine_project = "ee-one"
    allowed_projects    = ["ee-one", "ee-two"]
  }

  assert {
    condition     = toset(keys(google_project_iam_member.earthengine)) == toset(["ee-one", "ee-two"])
    error_message = "The service account needs its role in every project it exports for"
  }

  assert {
    condition     = google_cloudfunctions2_function.this["http"].service_config[0].environment_variables["ALLOWED_PROJECTS"] == "ee-one,ee-two"
    error_message = "ALLOWED_PROJECTS must name every project"
  }
}

run "alerts_and_metrics_are_made_of_their_tables" {
  variables {
    failures_per_hour   = 7
    notification_emails = ["on-call@example.com"]
  }

  assert {
    condition     = google_monitoring_alert_policy.log["failures"].conditions[0].condition_threshold[0].threshold_value == 7
    error_message = "failures_per_hour must be the alert's threshold"
  }

  assert {
    condition     = length(google_monitoring_alert_policy.log["poller-silent"].conditions[0].condition_absent) == 1
    error_message = "A silent poller is told by the absence of ticks"
  }

  assert {
    condition     = google_logging_metric.this["oldest_due_seconds"].metric_descriptor[0].value_type == "DISTRIBUTION" && google_logging_metric.this["ticks"].metric_descriptor[0].value_type == "INT64"
    error_message = "A metric with a value is a distribution, one without a count"
  }

  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.this.dashboard_json).mosaicLayout.tiles) == 13
    error_message = "The dashboard must be JSON with all its tiles"
  }
}
