/** docs/actions says what the catalogue does. `npx vitest run --update=all test/unit/remediate/pages.test.ts` writes it anew. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ACTION_TYPES } from '../../../src/crds/actions/actions.ts';
import { catalogue } from '../../../src/remediate/catalogue/catalogue.ts';
import { actionPage } from '../../../src/remediate/catalogue/page.ts';
import { workloadOf } from './support.ts';

const folder = join(import.meta.dirname, '../../../docs/actions');

test.each(ACTION_TYPES)('the page of %s is fresh', async (type) => {
  const entry = catalogue[type];
  const workload = workloadOf({ ready: 4, replicas: 4 });
  const page = actionPage(entry, {
    success: entry.successCriteria(workload).map((criterion) => criterion.type),
    abort: entry.abortCriteria(workload).map((criterion) => criterion.type),
  });
  await expect(page).toMatchFileSnapshot(join(folder, `${type}.md`));
});

test('there is no page of anything else', () => {
  expect(readdirSync(folder).toSorted()).toEqual(ACTION_TYPES.map((type) => `${type}.md`).toSorted());
});
