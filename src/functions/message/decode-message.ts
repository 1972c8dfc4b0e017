import type { FieldViolation } from '../../request/export-request.ts';
import { isObject } from '../../request/json/json-object.ts';
import { parseJson } from '../http/parse-json.ts';

/** A Pub/Sub message, out of whatever it came wrapped in. Texts are as they came. */
export interface Message {
  /** Base64; `''` when it has attributes only. */
  data: string;
  attributes: Record<string, string>;
  messageId?: string;
  /** RFC 3339; `''` when it is not told. */
  publishTime: string;
  subscription?: string;
}

/** A message, and what is wrong with it; one that could not be found in its wrapping has that for its data. */
export interface DecodedMessage {
  message: Message;
  violations: FieldViolation[];
}

/** A CloudEvent holds the push, or holds bytes that are a CloudEvent that holds it: no deeper. */
const MOST_WRAPPINGS = 3;
/** Pub/Sub's own have twenty digits; it goes into the record and the event. */
const LONGEST_MESSAGE_ID = 1_024;
const SOURCE_TIME = 'CloudPubSubDeadLetterSourceTopicPublishTime';

/**
 * Takes a message out of the event a function is given: CloudEvent in binary or structured mode, what the functions
 * framework makes of a push, or the push itself, parsed or as bytes. Never throws.
 */
export function decodeMessage(event: unknown): DecodedMessage {
  let wrapping = event;
  let bytes: Uint8Array | undefined;
  for (let depth = 0; depth < MOST_WRAPPINGS; depth += 1) {
    if (wrapping instanceof Uint8Array) {
      bytes = wrapping;
      const parsed = parseJson(bytes);
      if (!parsed.ok) return toUnreadable(event, bytes, parsed.fault);
      wrapping = parsed.value;
    }
    const message = own(wrapping, 'message');
    if (isObject(message)) return toMessage(message, own(wrapping, 'subscription'));
    wrapping = own(wrapping, 'data');
  }
  return toUnreadable(event, bytes, 'there is no Pub/Sub message in it');
}

/** When the message was first published, however often it has been forwarded since: RFC 3339 in UTC where it is a time. */
export function readPublishTime(message: Message): string {
  const source = own(message.attributes, SOURCE_TIME);
  const text = typeof source === 'string' && source !== '' ? source : message.publishTime;
  // The same moment is written "Z" in a message and "+00:00" in the attribute.
  const time = Date.parse(text);
  return Number.isFinite(time) ? new Date(time).toISOString() : text;
}

function toMessage(from: Record<string, unknown>, subscription: unknown): DecodedMessage {
  const violations: FieldViolation[] = [];
  const data = own(from, 'data') ?? '';
  if (typeof data !== 'string')
    violations.push({ field: 'message.data', description: `Cannot read the data: ${NO_BASE64}` });
  const attributes = readAttributes(own(from, 'attributes'), violations);
  const messageId = own(from, 'messageId') ?? own(from, 'message_id');
  const publishTime = own(from, 'publishTime') ?? own(from, 'publish_time');
  const message: Message = {
    data: typeof data === 'string' ? data : '',
    attributes,
    ...(typeof messageId === 'string' && messageId.length <= LONGEST_MESSAGE_ID ? { messageId } : {}),
    publishTime: typeof publishTime === 'string' ? publishTime : '',
    ...(typeof subscription === 'string' ? { subscription } : {}),
  };
  return { message, violations };
}

/** What is wrong with data that is no text of base64. */
export const NO_BASE64 = 'it is not base64; plain base64 with its padding is wanted';

/** The bytes of a message's data; undefined when it is not strict base64. */
export function decodeData(data: string): Buffer | undefined {
  const bytes = Buffer.from(data, 'base64');
  return bytes.toString('base64') === data ? bytes : undefined;
}

function readAttributes(value: unknown, violations: FieldViolation[]): Record<string, string> {
  const entries = isObject(value) ? Object.entries(value) : [];
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const isAbsent = value === undefined || value === null;
  if (texts.length < entries.length || !(isAbsent || isObject(value))) {
    const description = 'Cannot read the attributes: they are not all texts; an object of text by text is wanted';
    violations.push({ field: 'message.attributes', description });
  }
  return Object.fromEntries(texts);
}

/** Its bytes tell one such event from another; without the intake the framework has parsed them, and its id must do. */
function toUnreadable(event: unknown, bytes: Uint8Array | undefined, why: string): DecodedMessage {
  const data = bytes ? Buffer.from(bytes).toString('base64') : String(own(event, 'id') ?? '');
  return {
    message: { data, attributes: {}, publishTime: '' },
    violations: [{ field: 'message', description: `Cannot read the event: ${why}` }],
  };
}

function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
