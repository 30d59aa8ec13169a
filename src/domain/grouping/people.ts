/** What people say of a group wins over what was computed: `spec.grouping.into` merges, `alone` keeps apart, an approved plan keeps the lead. */
import type { Located, Suspect } from './suspect.ts';

export interface Draft {
  readonly leader: Located;
  readonly members: ReadonlyMap<Located, string>;
  readonly hidden: string | undefined;
}

export function applyPeople(drafts: readonly Draft[], suspects: readonly Suspect[]): readonly Draft[] {
  const wishes = suspects
    .filter(({ people }) => people?.into !== undefined && people.alone !== true)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const kept = drafts.reduce(keepPrior, drafts);
  const merged = wishes.reduce((now, { id, people }) => merge(now, id, people?.into ?? ''), kept);
  return merged.flatMap(splitCommitted);
}

/**
 * What was grouped stays where it was while nothing speaks against it: its pod, and with it the reason, may be gone by now. A cause of its own, by its
 * own investigation or by an alert that explains it, does speak against it.
 */
function keepPrior(drafts: readonly Draft[], { leader }: Draft): readonly Draft[] {
  const draft = drafts.find((each) => each.leader === leader);
  if (draft === undefined) return drafts;
  const { prior, diagnosis, people, isCommitted } = leader;
  if (prior === undefined || diagnosis !== undefined || people?.alone === true || isCommitted) return drafts;
  const to = drafts.find((each) => each !== draft && allOf(each).some(({ id }) => id === prior.leaderId));
  if (to === undefined) return drafts;
  const members = new Map([...to.members, [leader, prior.why] as const, ...draft.members]);
  return drafts.flatMap((each) => (each === to ? [{ ...to, members }] : each === draft ? [] : [each]));
}

/** The Incident, and what followed it, goes where the person says; a name that is not open is passed over. */
function merge(drafts: readonly Draft[], id: string, into: string): readonly Draft[] {
  const from = drafts.find((draft) => allOf(draft).some((each) => each.id === id));
  const to = drafts.find((draft) => allOf(draft).some(({ name }) => name === into));
  const moved = from && allOf(from).find((each) => each.id === id);
  if (from === undefined || to === undefined || from === to || moved === undefined) return drafts;
  const why = `a person says that it belongs to ${into}`;
  const isLeader = moved === from.leader;
  const coming = isLeader ? new Map([[moved, why], ...from.members]) : new Map([[moved, why]]);
  const left = new Map([...from.members].filter(([member]) => member !== moved));
  const target: Draft = { ...to, members: new Map([...to.members, ...coming]) };
  return drafts.flatMap((draft) => {
    if (draft === to) return [target];
    if (draft !== from) return [draft];
    return isLeader ? [] : [{ ...from, members: left }];
  });
}

/** Of several with an approved plan each goes on by itself: none is taken from its approver. */
function splitCommitted(draft: Draft): readonly Draft[] {
  const own = [...draft.members.keys()].filter(({ isCommitted }) => isCommitted);
  if (own.length === 0) return [draft];
  if (!draft.leader.isCommitted) {
    const [leader, ...others] = own;
    if (leader === undefined) return [draft];
    const members = new Map([...draft.members].filter(([member]) => member !== leader && !others.includes(member)));
    members.set(draft.leader, `a plan of ${leader.name} is approved, which leads therefore`);
    return [{ ...draft, leader, members }, ...others.map(alone)];
  }
  return [{ ...draft, members: new Map([...draft.members].filter(([member]) => !own.includes(member))) }, ...own.map(alone)];
}

const alone = (leader: Located): Draft => ({ leader, members: new Map(), hidden: undefined });

const allOf = ({ leader, members }: Draft): readonly Located[] => [leader, ...members.keys()];
