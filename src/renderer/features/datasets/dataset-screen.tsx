import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { queries } from '../../data/index.ts';
import { useDoor } from '../../host/index.ts';
import { PageHeader } from '../../app/page.tsx';

const route = getRouteApi('/lake/datasets/$id');
export function DatasetScreen(): React.ReactNode {
  const { id } = route.useParams();
  const { call } = useDoor();
  const dataset = useQuery(queries.dataset(call, id)).data;
  return <PageHeader title={dataset?.id ?? id} />;
}
