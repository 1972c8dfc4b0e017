#!/usr/bin/env bash
# Submits the request in FILE (request.json beside this script). On Cloud Run first:
#   export EE_EXPORT_URL=https://… EE_EXPORT_ID_TOKEN=$(gcloud auth print-identity-token)
set -euo pipefail

file=${1:-$(dirname "$0")/request.json}
curl --fail-with-body --silent --show-error --retry 5 "${EE_EXPORT_URL:-http://127.0.0.1:8080}/v1/exports" \
  --header "Authorization: Bearer ${EE_EXPORT_ID_TOKEN:-}" \
  --header 'Content-Type: application/json' \
  --data-binary "@$file"
