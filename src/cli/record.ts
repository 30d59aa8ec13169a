/** `kubectl sre record`: what became of the plans for each workload, and what people did where a plan was only suggested. */
import { configMaps } from '../crds/configMaps.ts';
import { remediationPlans } from '../crds/kinds.ts';
import { RECORD_KEY, RECORD_SELECTOR } from '../crds/record.ts';
import { entriesOf, mergeRecords, readRecord, type WorkloadRecord } from '../domain/record.ts';
import { isForbidden } from '../kube/errors.ts';
import { paragraph } from '../text/page.ts';
import { listAll, type Scope } from './find.ts';
import type { Look } from './look.ts';
import { printValue } from './output.ts';
import { recordLines } from './render/record.ts';

export async function record({ scope, terminal, now, output }: Look, name: string | undefined): Promise<void> {
  const { records, note } = await readAll(scope);
  const shown = records.filter(
    ({ target }) => (name === undefined || target.name === name) && (scope.namespace === undefined || target.namespace === scope.namespace),
  );
  if (output !== 'text') return printValue(terminal, output, { records: shown });
  const page = { style: terminal.style, width: terminal.width, now };
  if (shown.length > 0) terminal.print(...recordLines(shown, page));
  if (note !== undefined) terminal.print(...paragraph(page, note));
  if (shown.length > 0) return;
  terminal.print(
    records.length === 0
      ? 'There is no record yet: it begins when the first plan has ended.'
      : `There is no record of ${name ?? 'a workload'}${scope.namespace === undefined ? '' : ` in namespace ${scope.namespace}`}.`,
  );
}

interface Found {
  readonly records: readonly WorkloadRecord[];
  /** What is not in it, for people. */
  readonly note?: string;
}

/** What is no record is left out: nothing is earned by it either. */
async function readAll(scope: Scope): Promise<Found> {
  const { operator } = scope;
  try {
    const maps = await listAll({ ...scope, namespace: operator }, configMaps, { labelSelector: RECORD_SELECTOR });
    return { records: mergeRecords(maps.map(({ data }) => readRecord(data?.[RECORD_KEY] ?? '')).filter((one) => one !== undefined)) };
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
  const plans = await listAll({ ...scope, namespace: undefined }, remediationPlans);
  const note = `From the plans that are still there: the record itself is kept in ConfigMaps of namespace ${operator}, which you may not read.`;
  return { records: mergeRecords(plans.flatMap(entriesOf)), note };
}
