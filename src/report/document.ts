/**
 * A report as sections of lines, which every renderer goes through: what is said, in which order, is decided here and nowhere else.
 *
 * Impact first, then what code made of facts, and last what a language model says. Texts are on one line, without characters that hide
 * or reorder others; they are not escaped: that is for each renderer, since each surface has its own marks.
 */
import type { InvestigationStatus } from '../crds/investigation.ts';
import { clean } from './clean.ts';
import { affectedSection, changesSection, evidenceSection, foundSection } from './facts.ts';
import { aboutSection, causeSection, impactSection, listed, MODEL_NOTE, modelSection, notSeenSection } from './sections.ts';
import type { Line, Section, SectionKey } from './shape.ts';

export interface Reported {
  readonly status: InvestigationStatus;
  /** When the trouble began, by whoever asks: how long before that something changed is told. Absent: as the report says. */
  readonly began?: string | undefined;
  /** A runbook that goes with it, by whoever asks: an alert or a person names it, and nobody has looked there. */
  readonly runbook?: string | undefined;
  /** A command that shows all, named where something had to be left out. */
  readonly more?: string | undefined;
}

export interface ReportDocument {
  /** `Root cause found: Deployment/shop/cart` */
  readonly headline: string;
  readonly outcome: InvestigationStatus['outcome'];
  /** Those that have something to say. */
  readonly sections: readonly Section[];
}

const VERDICTS = { RootCauseFound: 'Root cause found', Unresolved: 'Unresolved', NothingWrong: 'Nothing is wrong' } as const;

export function documentOf({ status, began, runbook }: Reported): ReportDocument {
  const { outcome, report } = status;
  const service = listed([report?.service]).map(({ text }) => `: ${text}`);
  const sections: readonly Section[] = [
    section('impact', 'Impact', 'prose', impactSection(status)),
    section('about', 'About', 'figures', aboutSection(status, runbook)),
    section('cause', 'Root cause', 'prose', causeSection(status)),
    section('tried', 'What was tried', 'list', listed(report?.tried)),
    section('lookNext', 'Where to look next', 'list', listed(report?.lookNext)),
    section('found', status.rootCause === undefined ? 'Found' : 'Also found', 'list', foundSection(status)),
    section('changes', 'What changed', 'list', changesSection(status, began)),
    section('timeline', 'Timeline', 'list', listed(report?.timeline)),
    section('actions', 'Immediate actions', 'list', listed(report?.immediateActions)),
    section('prevention', 'Prevention', 'list', listed(report?.prevention)),
    section('metrics', 'Key metrics', 'list', listed(report?.keyMetrics)),
    section('notSeen', 'Not seen', 'list', notSeenSection(status)),
    section('affected', 'Affected', 'prose', affectedSection(status)),
    section('evidence', 'Evidence', 'list', evidenceSection(status)),
    { ...section('model', 'What a language model says', 'prose', modelSection(status)), note: MODEL_NOTE },
  ];
  return {
    headline: `${outcome === undefined ? 'Under investigation' : VERDICTS[outcome]}${service.join('')}`,
    outcome,
    sections: sections.filter(({ lines }) => lines.length > 0),
  };
}

const MOST_LINES = 20;

const section = (key: SectionKey, heading: string, form: Section['form'], lines: readonly Line[]): Section => ({
  key,
  heading,
  form,
  lines: lines.slice(0, MOST_LINES).map((line) => (line.label === undefined ? line : { ...line, label: clean(line.label) })),
  more: Math.max(0, lines.length - MOST_LINES),
});
