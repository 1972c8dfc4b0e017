variable "project_id" {
  description = "Project the service runs in. It must be registered for Earth Engine."
  type        = string
}

variable "region" {
  description = "Where it runs."
  type        = string
  default     = "us-central1"
}

variable "callers" {
  description = "Who may call the API, e.g. [\"group:ml@example.com\"]."
  type        = set(string)
  default     = []
}

variable "publishers" {
  description = "Who may publish requests."
  type        = set(string)
  default     = []
}

variable "notification_emails" {
  description = "Who is told of alerts."
  type        = set(string)
  default     = []
}

variable "webhook" {
  description = "The secret of signed webhooks, if there are to be some: {secret = \"NAME\", version = \"1\"}."
  type        = object({ secret = string, version = string })
  default     = null
}

variable "settings" {
  description = "Further settings of the service by their environment names, e.g. {POLL_BUDGET_SECONDS = \"30\"}."
  type        = map(string)
  default     = {}
}

variable "firestore_database" {
  description = "The ledger's database, where it was restored under another name."
  type        = string
  default     = null
}

variable "runbook_url" {
  description = "Address of docs/runbook.md where those who are told of alerts can read it."
  type        = string
  default     = "docs/runbook.md"
}
