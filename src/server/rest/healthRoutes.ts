/** Health at the paths of Jamie's own, as a web front end asks for it. */
import type { Health } from '../../kube/health.ts';
import { healthResponse } from '../app.ts';
import type { Route } from '../route.ts';

export function healthRoutes(health: Health): readonly Route[] {
  return [
    { methods: ['GET'], path: '/api/v1/jamie/health', answer: async () => healthResponse(await health.live()) },
    { methods: ['GET'], path: '/api/v1/jamie/ready', answer: async () => healthResponse(await health.ready()) },
  ];
}
