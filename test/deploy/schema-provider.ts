import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** What is known of one argument of a resource: the provider's own schema, without the types of values. */
interface Argument {
  required?: boolean;
  optional?: boolean;
  computed?: boolean;
  block?: Arguments;
}

type Arguments = Record<string, Argument>;

/** A provider as far as Terraform needs one to check a configuration: it knows every argument, and can do nothing. */
export interface SchemaProvider {
  /** The value of `TF_REATTACH_PROVIDERS` that makes Terraform use it in place of the real one. */
  reattach: string;
  close(): Promise<void>;
}

/** Blocks without arguments, which the schema does not tell from arguments. */
const EMPTY_BLOCKS = ['automatic_update_policy', 'daily_recurrence', 'ttl_config'];
/** Arguments whose values are texts everywhere, so that Terraform can make some up; of the others no type is known. */
const TEXTS = ['id', 'name', 'email', 'member', 'uri', 'number'];
const LIST = 2;

/** Data sources that the configuration reads, with what it reads of them. */
const DATA_SOURCES: Record<string, Arguments> = {
  google_project: { project_id: { optional: true }, number: { computed: true } },
};
const PROVIDER: Arguments = { project: { optional: true }, region: { optional: true } };

/**
 * Serves `tfplugin5.Provider` on a free port, over plain HTTP/2, with the resources of `schemaPath`. Terraform calls
 * only what it needs to validate, and to plan with mocked resources.
 */
export async function startSchemaProvider(schemaPath: string): Promise<SchemaProvider> {
  const resources = JSON.parse(readFileSync(schemaPath, 'utf8')) as Record<string, Arguments>;
  const schema = toProviderSchema(resources);
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const method = String(headers[':path']).split('/').pop() ?? '';
    stream.resume();
    stream.on('error', () => undefined);
    stream.on('end', () => answer(stream, method === 'GetSchema' ? schema : REPLIES[method]));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const attached = {
    Protocol: 'grpc',
    ProtocolVersion: 5,
    Pid: process.pid,
    Test: true,
    Addr: { Network: 'tcp', String: `127.0.0.1:${port}` },
  };
  return {
    reattach: JSON.stringify({ 'registry.terraform.io/hashicorp/google': attached }),
    async close() {
      server.close();
      await once(server, 'close');
    },
  };
}

/** Empty messages: no objection. */
const REPLIES: Record<string, Buffer> = {
  PrepareProviderConfig: Buffer.alloc(0),
  ValidateResourceTypeConfig: Buffer.alloc(0),
  ValidateDataSourceConfig: Buffer.alloc(0),
  Configure: Buffer.alloc(0),
  Stop: Buffer.alloc(0),
};

const UNIMPLEMENTED = '12';

function answer(stream: ServerHttp2Stream, message: Buffer | undefined): void {
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': message ? '0' : UNIMPLEMENTED }));
  if (!message) {
    stream.end();
    return;
  }
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([head, message]));
}

function toProviderSchema(resources: Record<string, Arguments>): Buffer {
  return Buffer.concat([
    field(1, toSchema(PROVIDER)),
    ...Object.entries(resources).map(([name, body]) => field(2, toEntry(name, body))),
    ...Object.entries(DATA_SOURCES).map(([name, body]) => field(3, toEntry(name, body))),
  ]);
}

function toEntry(name: string, body: Arguments): Buffer {
  return Buffer.concat([field(1, Buffer.from(name)), field(2, toSchema(body))]);
}

function toSchema(body: Arguments): Buffer {
  return field(2, toBlock(body));
}

function toBlock(body: Arguments): Buffer {
  return Buffer.concat(
    Object.entries(body).map(([name, argument]) => {
      const block = argument.block ?? (EMPTY_BLOCKS.includes(name) ? {} : undefined);
      return block ? field(3, toNestedBlock(name, block, argument)) : field(2, toAttribute(name, argument));
    }),
  );
}

function toNestedBlock(name: string, block: Arguments, { required }: Argument): Buffer {
  return Buffer.concat([
    field(1, Buffer.from(name)),
    field(2, toBlock(block)),
    number(3, LIST),
    number(4, required ? 1 : 0),
  ]);
}

function toAttribute(name: string, { required, optional, computed }: Argument): Buffer {
  return Buffer.concat([
    field(1, Buffer.from(name)),
    field(2, Buffer.from(JSON.stringify(TEXTS.includes(name) ? 'string' : 'dynamic'))),
    number(4, required ? 1 : 0),
    number(5, optional ? 1 : 0),
    // What may be left out may be filled in by the provider.
    number(6, computed || optional ? 1 : 0),
  ]);
}

/** A length-delimited field of a protocol buffer. */
function field(id: number, content: Buffer): Buffer {
  return Buffer.concat([varint((id << 3) | 2), varint(content.length), content]);
}

/** A number or truth value of a protocol buffer. */
function number(id: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(id << 3), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}
