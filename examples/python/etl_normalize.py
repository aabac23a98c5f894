"""Posts a file of a test rig, makes rows of it and inserts them: HMS_URL=http://127.0.0.1:PORT/dta HMS_TOKEN=... python3 etl_normalize.py rig7.txt"""
import csv, io, json, os, sys, urllib.request, uuid

def ask(path, body=None, media_type="text/plain"):
    headers = {"Authorization": "Bearer " + os.environ["HMS_TOKEN"], "Content-Type": media_type}
    with urllib.request.urlopen(urllib.request.Request(os.environ["HMS_URL"] + path, body, headers)) as answer:
        return answer.read()

path, cut = sys.argv[1], uuid.uuid4().hex
form = 'Content-Disposition: form-data; name="{}"\r\n\r\n'
with open(path, "rb") as file:                                       # 1) post the file as it is
    head = f"--{cut}\r\n{form.format('program_id')}12\r\n--{cut}\r\n" + form.format(f'file"; filename="{os.path.basename(path)}')
    body = head.encode() + file.read() + f"\r\n--{cut}--\r\n".encode()
raw_id = json.loads(ask("/raw", body, f"multipart/form-data; boundary={cut}"))["raw_id"]

text = ask(f"/raw/{raw_id}/content").decode()                        # 2) fetch it, give the columns their names
names = {"car": "model", "failed": "fail", "when": "tested_at", "rig": "rig", "newton": "force_n", "ssn": "tester_ssn"}
rows = [{names[column]: value for column, value in row.items()} for row in csv.DictReader(io.StringIO(text), delimiter="|")]
lines = "".join(json.dumps({**row, "fail": int(row["fail"]), "force_n": int(row["force_n"])}) + "\n" for row in rows)
print(raw_id, json.loads(ask(f"/tables/car_sensor_tests/rows?inputs={raw_id}", lines.encode(), "application/x-ndjson")))  # 3) insert
