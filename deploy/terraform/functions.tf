locals {
  functions = merge(
    {
      http = {
        entry_point = "exportsHttp"
        # Twenty requests of 10 MB at once were seen to take 972 MiB.
        memory      = "1Gi"
        concurrency = 20
        instances   = 10
        warm        = var.min_instances
        ingress     = "ALLOW_ALL"
        environment = { HTTP_AUTH = "iam" }
        secrets     = {}
      }
      pubsub = {
        entry_point = "exportsPubsub"
        memory      = "1Gi"
        concurrency = 8
        instances   = 5
        warm        = 0
        ingress     = "ALLOW_INTERNAL_ONLY"
        environment = {}
        secrets     = {}
      }
      poll = {
        entry_point = "pollOperations"
        memory      = "1Gi"
        concurrency = 1
        instances   = 1
        warm        = 0
        ingress     = "ALLOW_INTERNAL_ONLY"
        environment = {}
        secrets     = {}
      }
    },
    var.webhook == null ? {} : {
      webhook = {
        entry_point = "exportsHttp"
        memory      = "1Gi"
        concurrency = 20
        instances   = 10
        warm        = 0
        ingress     = "ALLOW_ALL"
        environment = { HTTP_AUTH = "signature" }
        secrets     = { WEBHOOK_SECRETS = var.webhook }
      }
    },
  )

  environment = merge(
    {
      EARTHENGINE_PROJECT  = local.earthengine_project
      EVENTS_TOPIC         = google_pubsub_topic.events.id
      LEDGER               = "firestore"
      FIRESTORE_DATABASE   = google_firestore_database.ledger.name
      GOOGLE_CLOUD_PROJECT = var.project_id
      ALLOWED_PROJECTS     = join(",", sort(local.earthengine_projects))
      # Left to itself the platform adds this one, and every plan would want to take it away.
      LOG_EXECUTION_ID = "true"
    },
    length(var.allowed_assets) > 0 ? { ALLOWED_ASSETS = join(",", var.allowed_assets) } : {},
    var.settings,
  )
}

resource "google_storage_bucket" "source" {
  project                     = var.project_id
  name                        = "${var.project_id}-${var.name}-source"
  location                    = var.region
  labels                      = var.labels
  force_destroy               = true
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  depends_on                  = [google_project_service.this]
}

# The name carries the hash of the content: other content is another object, and so another deployment.
resource "google_storage_bucket_object" "source" {
  bucket = google_storage_bucket.source.name
  name   = one(fileset(var.package_dir, "ee-classifier-export-*.zip"))
  source = "${var.package_dir}/${one(fileset(var.package_dir, "ee-classifier-export-*.zip"))}"
  # The package of the version before stays in the bucket.
  deletion_policy = "ABANDON"
}

resource "google_cloudfunctions2_function" "this" {
  for_each = local.functions

  project  = var.project_id
  location = var.region
  name     = "${var.name}-${each.key}"
  labels   = var.labels

  build_config {
    runtime         = "nodejs24"
    entry_point     = each.value.entry_point
    service_account = google_service_account.build.id

    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source.name
      }
    }

    automatic_update_policy {}
  }

  service_config {
    available_cpu                    = "1"
    available_memory                 = each.value.memory
    max_instance_request_concurrency = each.value.concurrency
    max_instance_count               = each.value.instances
    min_instance_count               = each.value.warm
    timeout_seconds                  = 60
    ingress_settings                 = each.value.ingress
    all_traffic_on_latest_revision   = true
    service_account_email            = google_service_account.run.email
    environment_variables            = merge(local.environment, each.value.environment)

    dynamic "secret_environment_variables" {
      for_each = each.value.secrets

      content {
        key        = secret_environment_variables.key
        project_id = var.project_id
        secret     = secret_environment_variables.value.secret
        version    = secret_environment_variables.value.version
      }
    }
  }

  # The first request may come as soon as a function is there.
  depends_on = [
    google_project_service.this,
    google_project_iam_member.build,
    google_project_iam_member.earthengine,
    google_project_iam_member.ledger,
    google_pubsub_topic_iam_member.events,
    google_secret_manager_secret_iam_member.webhook,
    google_firestore_index.ledger,
    google_firestore_field.ledger,
  ]
}

resource "google_cloud_run_v2_service_iam_member" "callers" {
  for_each = var.callers

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.this["http"].name
  role     = "roles/run.invoker"
  member   = each.value
}

resource "google_cloud_run_v2_service_iam_member" "push" {
  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.this["pubsub"].name
  role     = "roles/run.invoker"
  member   = google_service_account.push.member
}

resource "google_cloud_run_v2_service_iam_member" "tick" {
  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.this["poll"].name
  role     = "roles/run.invoker"
  member   = google_service_account.tick.member
}

# The one door that is open to everybody: behind it only what is signed is read.
resource "google_cloud_run_v2_service_iam_member" "webhook" {
  count = var.webhook == null ? 0 : 1

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.this["webhook"].name
  role     = "roles/run.invoker"
  member   = "allUsers"
}

resource "google_secret_manager_secret_iam_member" "webhook" {
  count = var.webhook == null ? 0 : 1

  project   = var.project_id
  secret_id = var.webhook.secret
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.run.member
}
