import { describe, expect, test } from '@jest/globals';
import { allowedProjects, checkAllowance, maySee } from '../../../src/functions/access/allowance.ts';

const settings = {
  allowedProjects: ['forest-watch', 'example.com:crops'],
  allowedAssets: ['projects/forest-watch/assets', 'projects/shared/assets/team-a/'],
  callerPolicy: {
    'small@example.com': {
      projects: ['forest-watch'],
      assets: ['projects/forest-watch/assets/small'],
      maxPriority: 50,
    },
    'elsewhere@example.com': { projects: ['another-project'] },
  },
};

describe('checkAllowance()', () => {
  test.each([
    ['forest-watch', 'projects/forest-watch/assets/a'],
    ['forest-watch', 'projects/forest-watch/assets/a/b/c'],
    ['example.com:crops', 'projects/shared/assets/team-a/x'],
  ])('lets %s export to %s', (project, asset) => {
    expect(checkAllowance(settings, undefined, { project, asset })).toBeUndefined();
  });

  test.each([
    ['other-project', 'projects/forest-watch/assets/a'],
    ['Forest-Watch', 'projects/forest-watch/assets/a'],
    ['123456789012', 'projects/forest-watch/assets/a'],
    ['crops', 'projects/forest-watch/assets/a'],
    ['__proto__', 'projects/forest-watch/assets/a'],
    ['forest-watch', 'projects/forest-watch-2/assets/a'],
    ['forest-watch', 'projects/shared/assets/team-ab/x'],
    ['forest-watch', 'projects/shared/assets/team-'],
    ['forest-watch', 'projects/shared/assets'],
    ['forest-watch', 'projects/Forest-Watch/assets/a'],
    ['forest-watch', 'projects/earthengine-legacy/assets/projects/forest-watch/assets/a'],
    ['forest-watch', 'projects/123456789012/assets/a'],
    ['forest-watch', ''],
  ])('refuses %s to %s', (project, asset) => {
    expect(checkAllowance(settings, undefined, { project, asset })).toMatch(/project|exported to/);
  });

  test('holds a named caller to its own rules on top of the lists', () => {
    const check = (asset: string, priority?: number, project = 'forest-watch') =>
      checkAllowance(settings, 'small@example.com', {
        project,
        asset,
        ...(priority === undefined ? {} : { priority }),
      });
    expect(check('projects/forest-watch/assets/small/x', 50)).toBeUndefined();
    expect(check('projects/forest-watch/assets/large/x', 50)).toMatch(/for this caller/);
    expect(check('projects/forest-watch/assets/small/x', 51)).toMatch(/priority 51 is above this caller's highest, 50/);
    expect(check('projects/forest-watch/assets/small/x')).toMatch(/priority 100/);
    expect(check('projects/forest-watch/assets/small/x', 50, 'example.com:crops')).toMatch(/for this caller/);
  });

  test('never widens the lists by a rule', () => {
    const wanted = { project: 'another-project', asset: 'projects/forest-watch/assets/a' };
    expect(checkAllowance(settings, 'elsewhere@example.com', wanted)).toMatch(/not charged to the project/);
  });

  test.each(['__proto__', 'constructor', 'toString'])('takes a caller named %s for any other', (caller) => {
    const wanted = { project: 'forest-watch', asset: 'projects/forest-watch/assets/a', priority: 9999 };
    expect(checkAllowance(settings, caller, wanted)).toBeUndefined();
  });
});

describe('allowedProjects()', () => {
  test('gives what the lists and the rules of the caller have in common', () => {
    expect(allowedProjects(settings, undefined)).toEqual(['forest-watch', 'example.com:crops']);
    expect(allowedProjects(settings, 'small@example.com')).toEqual(['forest-watch']);
    expect(allowedProjects(settings, 'elsewhere@example.com')).toEqual([]);
  });
});

describe('maySee()', () => {
  const request = (asset: string) => ({
    ...{ project: 'forest-watch', asset, overwrite: false, description: '', labels: {}, createParents: false },
    priority: 9999,
  });
  const record = (asset: string, project = 'forest-watch') => ({ project, request: request(asset) });

  test('shows what could have been asked for, whatever its priority', () => {
    expect(maySee(settings, undefined, record('projects/forest-watch/assets/a'))).toBe(true);
    expect(maySee(settings, 'small@example.com', record('projects/forest-watch/assets/small/a'))).toBe(true);
  });

  test('hides foreign projects and assets', () => {
    expect(maySee(settings, undefined, record('projects/forest-watch/assets/a', 'other-project'))).toBe(false);
    expect(maySee(settings, undefined, record('projects/other/assets/a'))).toBe(false);
    expect(maySee(settings, 'small@example.com', record('projects/forest-watch/assets/a'))).toBe(false);
  });

  test('shows a message without an asset to those alone who may see all of its project', () => {
    expect(maySee(settings, undefined, { project: 'forest-watch' })).toBe(true);
    expect(maySee(settings, 'small@example.com', { project: 'forest-watch' })).toBe(false);
    expect(maySee(settings, undefined, { project: 'other-project' })).toBe(false);
  });
});
