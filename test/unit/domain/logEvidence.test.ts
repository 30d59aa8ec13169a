import { expect, test } from 'vitest';
import type { InvestigationStatus } from '../../../src/crds/investigation.ts';
import { citedComplaints, logQuery } from '../../../src/domain/logEvidence.ts';

const diagnosis = (summary: string): InvestigationStatus =>
  ({
    rootCause: { reason: 'ContainerExitsWithError', evidence: ['e1'] },
    evidence: [{ id: 'e1', query: logQuery('previous', 'app', 'shop/cart-1'), summary }],
  }) as unknown as InvestigationStatus;

test.each([
  ['FATAL MODE has to be fast or safe, got turbo', 1],
  ['error: failed to start: cannot listen on port 80: permission denied', 1],
  ['listening on port 8080', 0],
  ['2026-01-01T12:00:00Z INFO starting', 0],
])('%s', (line, complaints) => {
  expect(citedComplaints(diagnosis(line))).toHaveLength(complaints);
});
