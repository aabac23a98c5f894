/** The seeds of the random schedules: so many from 1 on; HMS_SCHEDULES sets how many, HMS_SCHEDULE_SEED names one. */
export function seedsWanted(usual: number): number[] {
  const only = process.env['HMS_SCHEDULE_SEED'];
  if (only !== undefined) return [Number(only)];
  return Array.from({ length: Number(process.env['HMS_SCHEDULES'] ?? usual) }, (_, i) => i + 1);
}
