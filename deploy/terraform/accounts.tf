# The one identity of all functions: Earth Engine tells repetitions of a request apart per user.
resource "google_service_account" "run" {
  project      = var.project_id
  account_id   = "${var.name}-run"
  display_name = "${var.name}: what the functions run as"
  depends_on   = [google_project_service.this]
}

resource "google_service_account" "push" {
  project      = var.project_id
  account_id   = "${var.name}-push"
  display_name = "${var.name}: Pub/Sub calls exportsPubsub as this"
  depends_on   = [google_project_service.this]
}

resource "google_service_account" "tick" {
  project      = var.project_id
  account_id   = "${var.name}-tick"
  display_name = "${var.name}: Cloud Scheduler calls pollOperations as this"
  depends_on   = [google_project_service.this]
}

resource "google_service_account" "build" {
  project      = var.project_id
  account_id   = "${var.name}-build"
  display_name = "${var.name}: Cloud Build builds the functions as this"
  depends_on   = [google_project_service.this]
}

# Earth Engine: a role with what the calls of the service need and nothing else, in each project it exports for.
resource "google_project_iam_custom_role" "earthengine" {
  for_each = local.earthengine_projects

  project     = each.value
  role_id     = "${replace(var.name, "-", "_")}_exporter"
  title       = "${var.name}: starts and watches classifier exports"
  permissions = concat(jsondecode(file("${path.module}/permissions.json")).earthengine, var.additional_earthengine_permissions)
  depends_on  = [google_project_service.this, google_project_service.earthengine]
}

resource "google_project_iam_member" "earthengine" {
  for_each = local.earthengine_projects

  project = each.value
  role    = google_project_iam_custom_role.earthengine[each.key].id
  member  = google_service_account.run.member
}

# The ledger: documents of this one database.
resource "google_project_iam_custom_role" "ledger" {
  project     = var.project_id
  role_id     = "${replace(var.name, "-", "_")}_ledger"
  title       = "${var.name}: reads and writes the ledger"
  permissions = jsondecode(file("${path.module}/permissions.json")).ledger
  depends_on  = [google_project_service.this]
}

resource "google_project_iam_member" "ledger" {
  project = var.project_id
  role    = google_project_iam_custom_role.ledger.id
  member  = google_service_account.run.member

  condition {
    title      = "${var.name} database only"
    expression = "resource.type == \"firestore.googleapis.com/Database\" && resource.name == \"projects/${var.project_id}/databases/${google_firestore_database.ledger.name}\""
  }
}

# The build: its logs, the image it makes, the source it makes it from.
resource "google_project_iam_member" "build" {
  for_each = toset(["roles/logging.logWriter", "roles/artifactregistry.writer", "roles/storage.objectViewer"])

  project = var.project_id
  role    = each.value
  member  = google_service_account.build.member
}
