/**
 * The port of dashboards: what people look at when something is wrong, with which queries, and what they noted down about that time.
 *
 * Texts are cleaned and redacted: titles, tags and annotations are written by anybody who may write there.
 */
import type { TimeWindow } from './window.ts';

export interface DashboardHit {
  readonly uid: string;
  readonly title: string;
  readonly folder: string;
  readonly tags: readonly string[];
}

export interface PanelQuery {
  readonly refId: string;
  /** Kind of its data source, such as `prometheus` or `loki`; empty where the dashboard does not say. */
  readonly datasource: string;
  readonly text: string;
}

export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly queries: readonly PanelQuery[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  /** Panels that were left out. */
  readonly omitted: number;
}

export interface Annotation {
  readonly at: number;
  readonly endAt: number;
  readonly text: string;
  readonly tags: readonly string[];
  readonly dashboardUid?: string | undefined;
  /** The state that an alert of Grafana's went into, when it is one's. */
  readonly alertState?: string | undefined;
}

/** Where people and programs note what they did, and when. */
export interface NotesPort {
  readonly name: string;
  /** Which sort of source it is, for evidence. */
  readonly source: 'grafana' | 'webhook';
  /** Newest first. */
  annotations(window: TimeWindow, signal?: AbortSignal): Promise<readonly Annotation[]>;
}

export interface DashboardsPort extends NotesPort {
  /** Its version; it is well when this does not throw. */
  health(signal?: AbortSignal): Promise<string>;
  search(words: string, signal?: AbortSignal): Promise<readonly DashboardHit[]>;
  dashboard(uid: string, signal?: AbortSignal): Promise<Dashboard>;
  /** Where a person looks at it in that time, at one panel if it is said which. */
  linkTo(uid: string, window: TimeWindow, panel?: number): string;
}
