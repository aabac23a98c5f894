import { numbers } from './sample-records.ts';

/** Daily reports of 24 wildfire stations, one file a month, made up and the same on every machine. */

const DAY_MS = 86_400_000;
/** Highest of the day, tenths of a degree Celsius, January first; smoke of the month, tenths of µg/m³. */
const TEMP_OF_MONTH = [62, 88, 121, 158, 204, 251, 301, 296, 248, 182, 114, 68] as const;
const SMOKE_OF_MONTH = [0, 0, 0, 0, 10, 60, 190, 240, 150, 20, 0, 0] as const;
const stations = ['A', 'B'].flatMap((letter) => Array.from({ length: 12 }, (_, i) => `WFS-${letter}${String(i + 1).padStart(2, '0')}`));

export interface DailyReport {
  /** `daily_2023_10.csv` */
  readonly name: string;
  readonly content: string;
}

/** The reports of a month, January being 1. `fahrenheit`: a station that was set up wrongly. */
export function dailyReport(year: number, month: number, fahrenheit: string | null = null): DailyReport {
  const random = numbers(year * 100 + month);
  const first = Date.UTC(year, month - 1, 1);
  const days = (Date.UTC(year, month, 1) - first) / DAY_MS;
  const lines: string[] = [];
  for (let day = 0; day < days; day++) {
    const date = new Date(first + day * DAY_MS).toISOString().slice(0, 10);
    for (const station of stations) {
      const most = (TEMP_OF_MONTH[month - 1] ?? 0) + (random() % 80) - 40;
      const least = most - 90 - (random() % 50);
      const humidity = 18 + (random() % 40) + (month > 9 || month < 5 ? 20 : 0);
      const smoke = 30 + (random() % 70) + (random() % 6 === 0 ? (SMOKE_OF_MONTH[month - 1] ?? 0) * (1 + (random() % 3)) : 0);
      const [shownMost, shownLeast] = station === fahrenheit ? [inFahrenheit(most), inFahrenheit(least)] : [most, least];
      lines.push(`${date},${station},${tenths(shownMost)},${tenths(shownLeast)},${humidity},${tenths(smoke)}\n`);
    }
  }
  return { name: `daily_${year}_${String(month).padStart(2, '0')}.csv`, content: `date,station,temp_max,temp_min,humidity_min,pm25_mean\n${lines.join('')}` };
}

function inFahrenheit(celsius: number): number {
  return Math.trunc((celsius * 9) / 5) + 320;
}

function tenths(value: number): string {
  return `${value < 0 ? '-' : ''}${Math.trunc(Math.abs(value) / 10)}.${Math.abs(value) % 10}`;
}
