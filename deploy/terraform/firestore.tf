locals {
  # Of the version that is deployed, in the form the Firebase tools use.
  firestore = jsondecode(file("${var.package_dir}/firestore-indexes.json"))

  indexes = {
    for index in local.firestore.indexes :
    join(".", concat([index.collectionGroup], [for field in index.fields : field.fieldPath])) => index
  }
  fields = {
    for field in local.firestore.fieldOverrides : "${field.collectionGroup}.${field.fieldPath}" => field
  }
}

resource "google_firestore_database" "ledger" {
  project                           = var.project_id
  name                              = coalesce(var.firestore_database, var.name)
  location_id                       = coalesce(var.firestore_location, var.region)
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = var.deletion_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = "DELETE"
  depends_on                        = [google_project_service.this]
}

resource "google_firestore_index" "ledger" {
  for_each = local.indexes

  project     = var.project_id
  database    = google_firestore_database.ledger.name
  collection  = each.value.collectionGroup
  query_scope = each.value.queryScope

  dynamic "fields" {
    for_each = each.value.fields

    content {
      field_path   = fields.value.fieldPath
      order        = try(fields.value.order, null)
      array_config = try(fields.value.arrayConfig, null)
    }
  }
}

# Large fields that no query asks for are not indexed; expired documents are removed by Firestore.
resource "google_firestore_field" "ledger" {
  for_each = local.fields

  project    = var.project_id
  database   = google_firestore_database.ledger.name
  collection = each.value.collectionGroup
  field      = each.value.fieldPath

  dynamic "ttl_config" {
    for_each = try(each.value.ttl, false) ? [true] : []
    content {}
  }

  index_config {
    dynamic "indexes" {
      for_each = each.value.indexes

      content {
        order        = try(indexes.value.order, null)
        array_config = try(indexes.value.arrayConfig, null)
        query_scope  = try(indexes.value.queryScope, null)
      }
    }
  }
}

resource "google_firestore_backup_schedule" "ledger" {
  count = var.backup_retention_days > 0 ? 1 : 0

  project   = var.project_id
  database  = google_firestore_database.ledger.name
  retention = "${var.backup_retention_days * 86400}s"

  daily_recurrence {}
}
