/** Numbers as people read them. */
export interface Numbers {
  /** `4,668,214`. */
  count(value: number): string;
  /** Exact: `4,668,214 bytes`; the word is the caller's. Rounded for totals: `1.21 TB`, decimal units, three digits. */
  size(bytes: number): string;
  /** `412 MB/s`. */
  rate(bytesPerSecond: number): string;
  /** `70%`. Never 100 % before it is all done. */
  percent(share: number): string;
  /** `about 7 s`, `18 min`, `2 h 5 min`. */
  duration(seconds: number): string;
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

export function numbersOf(locale: string): Numbers {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const digits = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const size = (bytes: number): string => {
    let value = bytes;
    let step = 0;
    // 999,500 would round to "1,000 kB".
    while (step < units.length - 1 && value >= (step === 0 ? 1000 : 999.5)) {
      value /= 1000;
      step += 1;
    }
    return step === 0 ? `${whole.format(value)} ${value === 1 ? 'byte' : 'bytes'}` : `${digits.format(value)} ${units[step]}`;
  };
  return {
    count: (value) => whole.format(value),
    size,
    rate: (value) => `${size(value)}/s`,
    percent: (share) => `${whole.format(Math.floor(Math.min(Math.max(share, 0), 1) * 100))}%`,
    duration: (seconds) => {
      const left = Math.max(0, Math.round(seconds));
      if (left < 60) return `${left} s`;
      const minutes = Math.round(left / 60);
      if (minutes < 60) return `${minutes} min`;
      const rest = minutes % 60;
      return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
    },
  };
}
