"""Submits a classifier. With the Earth Engine client at hand, `serialized = classifier.serialize()`."""
import json
import os
import pathlib
import urllib.request

serialized = pathlib.Path(__file__).with_name('classifier.json').read_text()
url = os.environ.get('EE_EXPORT_URL', 'http://127.0.0.1:8080')
body = {
    'requestId': 'landcover-2026-11-01',
    'expression': serialized,
    'assetExportOptions': {'earthEngineDestination': {'name': 'projects/my-project/assets/landcover', 'overwrite': True}},
}
headers = {'Content-Type': 'application/json', 'Authorization': 'Bearer ' + os.environ.get('EE_EXPORT_ID_TOKEN', '')}
request = urllib.request.Request(f'{url}/v1/exports', json.dumps(body).encode(), headers)
with urllib.request.urlopen(request) as response:
    print(json.load(response)['state'])
