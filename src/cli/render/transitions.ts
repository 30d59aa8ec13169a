/** What is new of an Incident since it was last told, one line each: what its timeline got, and the state that it came to. */
import type { Incident } from '../../crds/kinds.ts';
import { waitingText } from '../../report/pages/incidents.ts';
import { moment } from '../../text/age.ts';
import { cut } from '../../text/layout.ts';
import { oneLine } from '../../text/plain.ts';
import type { Style } from '../../text/style.ts';

export interface Story {
  /** Counts what has happened so far as told. */
  readonly skip: (incident: Incident) => void;
  /** The state alone. @param now milliseconds since the epoch */
  readonly state: (incident: Incident, now: number) => readonly string[];
  /** What was not told yet. */
  readonly lines: (incident: Incident, now: number) => readonly string[];
  readonly deleted: (incident: Incident, now: number) => readonly string[];
}

interface StoryOptions {
  readonly style: Style;
  readonly width: number;
  /** Lines say which Incident they are about. */
  readonly hasNames: boolean;
}

export function createStory({ style, width, hasNames }: StoryOptions): Story {
  const told = new Map<string, Set<string>>();
  const states = new Map<string, string>();
  const line = ({ metadata }: Incident, at: string, text: string, paint = (words: string): string => words): string => {
    const head = `${moment(at).slice(11, 19)}  ${hasNames ? `${metadata.name}  ` : ''}`;
    return `${style.dim(head)}${paint(cut(oneLine(text), Math.max(10, width - head.length)))}`;
  };
  const happened = ({ metadata, status }: Incident) => {
    const known = told.get(metadata.uid) ?? new Set<string>();
    told.set(metadata.uid, known);
    return (status?.timeline ?? []).filter(({ reason, message }) => {
      const isNew = !known.has(`${reason} ${message}`);
      known.add(`${reason} ${message}`);
      return isNew;
    });
  };
  const state = (incident: Incident, now: number): readonly string[] => {
    const text = stateText(incident);
    if (states.get(incident.metadata.uid) === text) return [];
    states.set(incident.metadata.uid, text);
    return [line(incident, new Date(now).toISOString(), `→ ${text}`, paintOf(incident, style))];
  };
  return {
    skip: (incident) => void happened(incident),
    state,
    lines: (incident, now) => [
      ...happened(incident).map(({ at, reason, message }) => line(incident, at, `${reason}: ${message}`)),
      ...state(incident, now),
    ],
    deleted: (incident, now) => {
      told.delete(incident.metadata.uid);
      states.delete(incident.metadata.uid);
      return [line(incident, new Date(now).toISOString(), 'deleted', style.dim)];
    },
  };
}

function stateText({ status }: Incident): string {
  const phase = status?.phase ?? 'New';
  return phase === 'Resolved' ? phase : `${phase}, waiting on ${waitingText({ status })}`;
}

function paintOf({ status }: Incident, style: Style): (text: string) => string {
  const { phase } = status ?? {};
  if (phase === 'Resolved') return style.green;
  return phase === 'NeedsHuman' || phase === 'AwaitingApproval' ? style.yellow : style.bold;
}
