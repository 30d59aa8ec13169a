/**
 * A reader that asks the same question once: what lies around a target lies around what it calls too. The whole of an investigation then sees
 * one state of an object, and its calls are left for what was not read yet. Logs are read as they are asked for.
 */
import { keyString, resourceName } from '../../kube/object.ts';
import type { Reader } from './reader.ts';

export function remembering(reader: Reader): Reader {
  const answers = new Map<string, Promise<unknown>>();
  const once = <T>(question: string, ask: () => Promise<T>): Promise<T> => {
    const answer = answers.get(question) ?? ask();
    answers.set(question, answer);
    return answer as Promise<T>;
  };
  return {
    get gaps() {
      return reader.gaps;
    },
    get: (resource, key) => once(`get ${resourceName(resource)} ${keyString(key)}`, () => reader.get(resource, key)),
    list: (resource, selection) => once(`list ${resourceName(resource)} ${inWords(selection)}`, () => reader.list(resource, selection)),
    listServed: (resource, selection) =>
      once(`listServed ${resourceName(resource)} ${inWords(selection)}`, () => reader.listServed(resource, selection)),
    logs: (...asked) => reader.logs(...asked),
  };
}

const inWords = ({ namespace, labelSelector, fieldSelector }: Parameters<Reader['list']>[1]): string =>
  JSON.stringify([namespace, labelSelector, fieldSelector]);
