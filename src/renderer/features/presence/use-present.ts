import { useQuery } from '@tanstack/react-query';
import type { PresentStation } from '../../../contract/api/index.ts';
import { queries } from '../../data/index.ts';
import { useDoor } from '../../host/index.ts';

/** Other workstations that gave a sign of life; events keep it current. */
export function usePresent(): readonly PresentStation[] {
  const { call } = useDoor();
  return useQuery(queries.presence(call)).data?.stations ?? none;
}

const none: readonly PresentStation[] = [];
