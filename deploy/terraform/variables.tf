variable "project_id" {
  description = "Project the service runs in."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9.-]+\\.[a-z]{2,}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be a project's id, not its number or its name."
  }
}

variable "region" {
  description = "Region of the functions, the Scheduler job and the source bucket, e.g. us-central1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be one region, e.g. us-central1."
  }
}

variable "name" {
  description = "First part of every name: functions, topics, accounts, database, alerts. Two installations in one project differ by it."
  type        = string
  default     = "classifier-export"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,18}[a-z0-9]$", var.name))
    error_message = "name must be 4 to 20 lower-case letters, digits and hyphens, a letter first and no hyphen last."
  }
}

variable "package_dir" {
  description = "Folder that `npm run package` wrote (dist/deploy): the zip to deploy, and the indexes its ledger needs."
  type        = string

  validation {
    condition     = length(fileset(var.package_dir, "ee-classifier-export-*.zip")) == 1
    error_message = "package_dir must hold exactly one ee-classifier-export-<hash>.zip: run npm run package."
  }

  validation {
    condition     = fileexists("${var.package_dir}/firestore-indexes.json")
    error_message = "package_dir must hold firestore-indexes.json: run npm run package."
  }
}

variable "labels" {
  description = "Labels of everything that can have some."
  type        = map(string)
  default     = {}
}

# What may be exported, and by whom

variable "earthengine_project" {
  description = "Earth Engine project charged when a request names none. Default: project_id."
  type        = string
  default     = null
}

variable "allowed_projects" {
  description = "Earth Engine projects requests may name. The service account gets its role in each. Default: earthengine_project."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.allowed_projects) == 0 || contains(var.allowed_projects, coalesce(var.earthengine_project, var.project_id))
    error_message = "allowed_projects must contain earthengine_project (or project_id, where that is not set)."
  }
}

variable "allowed_assets" {
  description = "Asset-name prefixes, by whole segments, under which exports may be written. Default: everything in the allowed projects."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for prefix in var.allowed_assets : can(regex("^projects/([a-z0-9.-]+\\.[a-z]{2,}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]/assets(/[A-Za-z0-9_-]{1,100}){0,10}$", prefix))])
    error_message = "Every one of allowed_assets must read projects/PROJECT/assets/FOLDER, with a project's id and without a slash at the end."
  }
}

variable "additional_earthengine_permissions" {
  description = "Further permissions of the service account in the Earth Engine projects, e.g. earthengine.assets.update and earthengine.assets.delete should overwriting an asset turn out to need them."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for permission in var.additional_earthengine_permissions : startswith(permission, "earthengine.")])
    error_message = "additional_earthengine_permissions may name earthengine.* permissions only."
  }
}

variable "callers" {
  description = "Members that may call exportsHttp, e.g. group:ml@example.com or serviceAccount:pipeline@my-project.iam.gserviceaccount.com."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.callers : can(regex("^(user|group|serviceAccount|domain|principal|principalSet):.+", member))])
    error_message = "callers must be user:, group:, serviceAccount:, domain:, principal: or principalSet: members; nobody is let in without a name. For calls from outside Google use webhook."
  }
}

variable "publishers" {
  description = "Members that may publish requests to the request topic."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for member in var.publishers : can(regex("^(user|group|serviceAccount|domain|principal|principalSet):.+", member))])
    error_message = "publishers must be user:, group:, serviceAccount:, domain:, principal: or principalSet: members."
  }
}

variable "webhook" {
  description = "A second exportsHttp that anybody may call and that takes signed requests only (Standard Webhooks). secret: name of a Secret Manager secret in this project that holds one or more signing secrets, separated by commas; version: its numbered version."
  type = object({
    secret  = string
    version = string
  })
  default = null

  validation {
    condition     = var.webhook == null ? true : can(regex("^[A-Za-z0-9_-]+$", var.webhook.secret)) && can(regex("^[1-9][0-9]*$", var.webhook.version))
    error_message = "webhook.secret must be a secret's short name, and webhook.version a number: a setting is read at start, so \"latest\" would change under running instances."
  }
}

# How it runs

variable "settings" {
  description = "Further settings of the service, by their environment names."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([for name in keys(var.settings) : contains([
      "CALLER_POLICY", "LOG_LEVEL", "MAX_PENDING", "NON_EXPORTABLE",
      "POLL_BUDGET_SECONDS", "POLL_EVERY_SECONDS", "RETENTION_DAYS", "SUBMIT_BUDGET_SECONDS",
    ], name)])
    error_message = "settings may set CALLER_POLICY, LOG_LEVEL, MAX_PENDING, NON_EXPORTABLE, POLL_BUDGET_SECONDS, POLL_EVERY_SECONDS, RETENTION_DAYS and SUBMIT_BUDGET_SECONDS; the others follow from variables of this module."
  }

  validation {
    condition     = try(tonumber(lookup(var.settings, "POLL_BUDGET_SECONDS", "50")), 99) <= 50
    error_message = "POLL_BUDGET_SECONDS must be a number up to 50: Cloud Scheduler waits 58 seconds, and the next tick comes after 60."
  }

  validation {
    condition     = try(tonumber(lookup(var.settings, "SUBMIT_BUDGET_SECONDS", "20")), 99) <= 45
    error_message = "SUBMIT_BUDGET_SECONDS must be a number up to 45: a function is given 60 seconds to answer."
  }

  validation {
    condition     = contains(["debug", "info"], lookup(var.settings, "LOG_LEVEL", "info"))
    error_message = "LOG_LEVEL must be debug or info: the alerts and the dashboard read the lines of level info, and a healthy poller that writes none is taken for a silent one."
  }
}

variable "min_instances" {
  description = "Instances of exportsHttp that are kept warm. 0: the first call after a while waits for a cold start."
  type        = number
  default     = 0

  validation {
    condition     = var.min_instances >= 0 && var.min_instances <= 10
    error_message = "min_instances must be 0 to 10, the most instances exportsHttp has."
  }
}

variable "firestore_location" {
  description = "Location of the ledger's database, e.g. nam5. It cannot be changed later. Default: region."
  type        = string
  default     = null
}

variable "firestore_database" {
  description = "Name of the ledger's database, for one that was restored under another name. Changing it alone would make an empty database: docs/runbook.md, Disaster recovery, has the steps. Default: name."
  type        = string
  default     = null

  validation {
    condition     = var.firestore_database == null ? true : can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.firestore_database))
    error_message = "firestore_database must be 4 to 63 lower-case letters, digits and hyphens, a letter first and no hyphen last."
  }
}

variable "deletion_protection" {
  description = "Whether the ledger's database is kept from being deleted, by Terraform and by everybody else."
  type        = bool
  default     = true
}

variable "backup_retention_days" {
  description = "How long the daily backups of the ledger are kept; 0: no backups."
  type        = number
  default     = 7

  validation {
    condition     = var.backup_retention_days >= 0 && var.backup_retention_days <= 98
    error_message = "backup_retention_days must be 0 to 98, which is Firestore's limit of 14 weeks."
  }
}

# Who is told

variable "notification_emails" {
  description = "Addresses told of every alert."
  type        = set(string)
  default     = []
}

variable "notification_channels" {
  description = "Names of existing notification channels told of every alert."
  type        = list(string)
  default     = []
}

variable "runbook_url" {
  description = "Address of the runbook, which every alert names with the section to read, e.g. https://git.example.com/team/ee-classifier-export/blob/v1.0.0/docs/runbook.md. Default: its path in the repository."
  type        = string
  default     = "docs/runbook.md"

  validation {
    condition     = can(regex("^[^\\s#]+$", var.runbook_url))
    error_message = "runbook_url must be an address without spaces and without #: the section is added to it."
  }
}

variable "failures_per_hour" {
  description = "How many exports may fail for one and the same reason within an hour before somebody is told."
  type        = number
  default     = 5

  validation {
    condition     = var.failures_per_hour >= 0
    error_message = "failures_per_hour must not be negative."
  }
}
