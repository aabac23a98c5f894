export { IntakeContext, useIntakeStore, useIntakes, useSendingJob } from './context.ts';
export { Intakes } from './intakes.ts';
export type { IntakeView, Picked } from './intakes.ts';
