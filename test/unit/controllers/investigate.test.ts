import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { investigate } from '../../../src/controllers/investigation/investigate.ts';
import type { InvestigationScope } from '../../../src/controllers/investigation/scope.ts';
import type { InvestigationStatus } from '../../../src/crds/investigation.ts';
import { samples } from '../../../src/crds/samples.ts';
import { renderStatus } from '../../../src/report/status.ts';
import { stories } from '../report/stories.ts';

test('the report of an Investigation is in its status in one line as well, for kubectl get', async () => {
  const { status: result } = stories.unresolved;
  const status: InvestigationStatus = {};
  const investigation = { metadata: { name: 'inv-1', namespace: 'agent-sre', generation: 1 }, spec: samples.investigation.spec };
  await investigate({
    clock: systemClock,
    investigation,
    status,
    investigator: { run: () => Promise.resolve(result) },
  } as unknown as InvestigationScope);
  expect(status.report).toEqual({ ...result.report, summary: renderStatus(result) });
});
