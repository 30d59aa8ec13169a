/**
 * Reads an alert out of a chat message, or says why it is none.
 *
 * Pure, and in linear time on text that strangers write. What a bot says in a known form (a status in brackets, labels by name) is taken
 * at its word; what a person says has to name a trouble that is going on now and what it is about. In doubt it is no alert: a person
 * who is not understood can say it again, a channel in which every sentence opens an Incident is left by everybody.
 */
import type { Severity } from '../../crds/incident.ts';
import { severityOf } from '../../domain/severity.ts';
import { type Statement, statementIn } from './announcement.ts';
import { type Fields, fieldsIn } from './fields.ts';
import { type PlainMessage, plainMessage } from './plainMessage.ts';
import { type KnownService, type Subject, subjectIn } from './subject.ts';
import { type Symptom, symptomIn } from './symptom.ts';
import { timeIn } from './time.ts';

export type { KnownService } from './subject.ts';

export interface TextAlert {
  readonly kind: 'alert';
  readonly status: 'firing' | 'resolved';
  /** As its sender calls it, else by what it complains of, such as `HighErrorRate`. */
  readonly name: string;
  /** What it is about; absent where only the name is known. */
  readonly subject: Subject | undefined;
  readonly severity: Severity;
  /** Milliseconds since the epoch; absent: not said. */
  readonly startsAt: number | undefined;
  /** The first link in the message; shown, never fetched. */
  readonly link: string | undefined;
  /** For people: the sentence that says it. */
  readonly summary: string;
  /** Labels under their usual names, as a rule would give them. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface NoAlert {
  readonly kind: 'notAnAlert';
  readonly why: 'Empty' | 'NothingWrong' | 'Question' | 'Past' | 'Planned' | 'NoSubject';
}

export interface Reading {
  /** Milliseconds since the epoch: when the message was sent. */
  readonly now: number;
  /** Services that there are: a word that names one is what the message is about. */
  readonly services?: readonly KnownService[] | undefined;
}

export function readChatMessage(text: string, { now, services = [] }: Reading): TextAlert | NoAlert {
  const message = plainMessage(text);
  if (message.text === '') return none('Empty');
  const fields = fieldsIn(message.lines);
  const statement = statementIn(message, fields);
  const symptom = symptomIn(message.text);
  const said: Said = { message, fields, statement, symptom, subject: subjectIn(message, fields, services) };
  const why = statement.isAnnounced ? undefined : whyNone(said);
  return why === undefined ? alertFrom(said, now) : none(why);
}

interface Said {
  readonly message: PlainMessage;
  readonly fields: Fields;
  readonly statement: Statement;
  readonly symptom: Symptom | undefined;
  readonly subject: Subject | undefined;
}

/** A person's words, which have to be about now. */
function whyNone({ statement, symptom, subject }: Said): NoAlert['why'] | undefined {
  if (statement.status === 'resolved') return subject === undefined ? 'NothingWrong' : undefined;
  if (symptom === undefined) return 'NothingWrong';
  if (statement.tense !== 'Now') return statement.tense;
  return subject === undefined && !symptom.isEverything ? 'NoSubject' : undefined;
}

function alertFrom({ message, fields, statement, symptom, subject }: Said, now: number): TextAlert {
  const name = fields.alertname ?? statement.name ?? symptom?.name ?? 'ReportedProblem';
  const severity = severityFrom(fields, statement, symptom);
  const { status } = statement;
  const labels = { ...fields.labels, ...subjectLabels(subject), alertname: name, severity };
  return {
    kind: 'alert',
    status,
    name,
    subject,
    severity,
    startsAt: timeIn(message, fields, now),
    link: message.links[0],
    summary: fields.summary ?? statement.summary,
    labels,
  };
}

function severityFrom(fields: Fields, { severityWord }: Statement, symptom: Symptom | undefined): Severity {
  const said = fields.severity ?? severityWord;
  if (said !== undefined) return severityOf({ severity: said });
  return symptom?.isEverything === true ? 'critical' : 'warning';
}

function subjectLabels(subject: Subject | undefined): Record<string, string> {
  if (subject === undefined) return {};
  const { namespace, name, label } = subject;
  return { ...(namespace === undefined ? {} : { namespace }), [label]: name };
}

const none = (why: NoAlert['why']): NoAlert => ({ kind: 'notAnAlert', why });
