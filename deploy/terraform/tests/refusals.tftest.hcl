# Variables that would make an installation that does not work, or is open to all, are refused before anything is made.

mock_provider "google" {}

variables {
  project_id = "my-project"
  region     = "us-central1"
}

run "a_project_number" {
  command = plan
  variables {
    project_id = "123456789012"
  }
  expect_failures = [var.project_id]
}

run "a_zone" {
  command = plan
  variables {
    region = "us-central1-a"
  }
  expect_failures = [var.region]
}

run "a_name_too_long_for_an_account" {
  command = plan
  variables {
    name = "classifier-export-for-team"
  }
  expect_failures = [var.name]
}

run "everybody_as_caller" {
  command = plan
  variables {
    callers = ["allUsers"]
  }
  expect_failures = [var.callers]
}

run "everybody_signed_in_as_publisher" {
  command = plan
  variables {
    publishers = ["allAuthenticatedUsers"]
  }
  expect_failures = [var.publishers]
}

run "a_secret_that_changes_by_itself" {
  command = plan
  variables {
    webhook = { secret = "signing", version = "latest" }
  }
  expect_failures = [var.webhook]
}

run "a_default_project_that_is_not_allowed" {
  command = plan
  variables {
    allowed_projects = ["ee-other"]
  }
  expect_failures = [var.allowed_projects]
}

run "an_asset_prefix_with_a_slash_at_its_end" {
  command = plan
  variables {
    allowed_assets = ["projects/my-project/assets/team-a/"]
  }
  expect_failures = [var.allowed_assets]
}

run "a_setting_that_a_variable_decides" {
  command = plan
  variables {
    settings = { HTTP_AUTH = "signature" }
  }
  expect_failures = [var.settings]
}

run "a_tick_longer_than_a_minute" {
  command = plan
  variables {
    settings = { POLL_BUDGET_SECONDS = "120" }
  }
  expect_failures = [var.settings]
}

run "a_log_level_without_the_lines_that_alerts_read" {
  command = plan
  variables {
    settings = { LOG_LEVEL = "warning" }
  }
  expect_failures = [var.settings]
}

run "a_database_name_firestore_does_not_take" {
  command = plan
  variables {
    firestore_database = "Restored"
  }
  expect_failures = [var.firestore_database]
}

run "a_runbook_with_a_section_of_its_own" {
  command = plan
  variables {
    runbook_url = "docs/runbook.md#alerts"
  }
  expect_failures = [var.runbook_url]
}

run "a_permission_of_another_service" {
  command = plan
  variables {
    additional_earthengine_permissions = ["storage.objects.get"]
  }
  expect_failures = [var.additional_earthengine_permissions]
}

run "a_folder_without_a_package" {
  command = plan
  variables {
    package_dir = "."
  }
  expect_failures = [var.package_dir]
}
