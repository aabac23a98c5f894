/** The contract and the cube of the sample year, letter for letter as examples/contracts/car_sensor_tests.odcs.yaml and examples/cubes/car_seatbelt_c_90d.yaml have them (a test compares): a packaged program has no examples. */

export const SAMPLE_CONTRACT = `# Tests of seat belts, as the sample drops have them (src/engine/sample-drops.ts). Everything in those is made up.
apiVersion: v3.1.0
kind: DataContract
id: car_sensor_tests
name: car_sensor_tests
version: "1.0.0"
status: active
description:
  purpose: "Tests of seat belts that makers of cars and test rigs send in: one row for each test."
schema:
  - name: car_sensor_tests
    customProperties:
      - property: source
        value: {patterns: ["seatbelt_*.csv"], format: csv, delimiter: ",", encoding: utf-8}
    properties:
      - {name: model, physicalName: car_model, logicalType: string, required: true}
      - name: fail
        physicalName: sensor_fail
        logicalType: integer
        required: true
        quality:
          - {metric: invalidValues, arguments: {validValues: ["0", "1"]}, mustBe: 0}
      - {name: tested_at, physicalName: test_time, logicalType: timestamp, required: true, partitioned: true, partitionKeyPosition: 1}
      - {name: rig, logicalType: string, required: true}
      - {name: force_n, physicalName: buckle_force, logicalType: integer}
      - name: tester_ssn
        physicalName: ssn
        logicalType: string
        classification: pii
        customProperties:
          - {property: pii, value: {kind: ssn, mask: hash}}
`;

export const SAMPLE_CUBE = `name: car_seatbelt_c_90d
description: Tests of seat belts of the last 90 days
sql: |
  SELECT program_id, model, fail, tested_at FROM car_sensor_tests
window: {column: tested_at, days: 90}
refresh: on_change
partition: [program_id]
`;
