"""Asks a file that "hms dta publish --to hms_dta.duckdb" wrote. Needs nothing of HMS-DTA, only the package duckdb."""
import duckdb

con = duckdb.connect("hms_dta.duckdb")
sql = """
SELECT model,
       SUM(fail)      AS failures,
       COUNT(*)       AS tests,
       ROUND(100.0*SUM(fail)/COUNT(*),1) AS failure_rate
FROM car_seatbelt_c_90d   -- an aggregate cube
WHERE program_id = 12
GROUP BY model
ORDER BY failure_rate DESC;
"""
for row in con.execute(sql).fetchall():
    print(*row)
