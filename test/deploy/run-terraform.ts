import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSchemaProvider } from './schema-provider.ts';

const ROOT = join(import.meta.dirname, '../..');

/** What a run of Terraform ended with. */
export interface TerraformRun {
  code: number;
  output: string;
}

/** The configuration in a folder of its own, with a package beside it, and Terraform to run there. */
export interface TerraformBench {
  /** Where the copy of `deploy/terraform` is. */
  module: string;
  /** Runs Terraform in a folder, with the provider's schema in place of the provider. */
  run(folder: string, ...args: string[]): Promise<TerraformRun>;
  close(): Promise<void>;
}

/** Whether Terraform is installed. */
export async function hasTerraform(): Promise<boolean> {
  const { code } = await execute('terraform', ['version'], process.env);
  return code === 0;
}

/** Sets up a bench. Nothing on it reaches a network. */
export async function startTerraformBench(): Promise<TerraformBench> {
  const folder = mkdtempSync(join(tmpdir(), 'terraform-'));
  const packaged = join(folder, 'dist/deploy');
  cpSync(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true });
  mkdirSync(packaged, { recursive: true });
  cpSync(join(ROOT, 'src/exports/firestore/firestore-indexes.json'), join(packaged, 'firestore-indexes.json'));
  writeFileSync(join(packaged, 'ee-classifier-export-0123456789abcdef.zip'), '');
  const provider = await startSchemaProvider(join(ROOT, 'test/fixtures/google-provider-6.50.json'));
  const environment = {
    PATH: process.env['PATH'],
    HOME: folder,
    CHECKPOINT_DISABLE: '1',
    TF_CLI_CONFIG_FILE: '/dev/null',
    TF_DATA_DIR: join(folder, 'data'),
    TF_IN_AUTOMATION: '1',
    TF_REATTACH_PROVIDERS: provider.reattach,
    TF_VAR_package_dir: packaged,
  };
  return {
    module: join(folder, 'deploy/terraform'),
    run: (where, ...args) => execute('terraform', [`-chdir=${where}`, ...args, '-no-color'], environment),
    async close() {
      await provider.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function execute(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<TerraformRun> {
  return new Promise((resolve) => {
    execFile(command, args, { env }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 127) : 0;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}
