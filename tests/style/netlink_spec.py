# SPDX-License-Identifier: GPL-2.0
"""
Documentation/netlink/specs/netram.yaml against the uapi header and the module,
both ways, and, with the kernel's schema and generator, against those.
  netlink_spec.py TOP [FOLDER]    FOLDER: as scripts/kernel netlink prints it
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

top = sys.argv[1]
tools = sys.argv[2] if len(sys.argv) > 2 else None
wrong = []


def complain(text):
    wrong.append(text)
    print(text)


def read(name):
    with open(os.path.join(top, name), encoding='utf-8') as f:
        return f.read()


spec_file = os.path.join(top, 'Documentation/netlink/specs/netram.yaml')
spec = yaml.safe_load(read(spec_file))
header = read('include/uapi/linux/netram.h')
genl = read('kernel/genl.c')
sets = {s['name']: s for s in spec['attribute-sets']}


def c_name(*parts):
    return ''.join(parts).replace('-', '_').upper()


# ---- what the C compiler says of names


def values_of(names, include):
    """The value of each name, as a program that includes a header has it."""
    lines = ''.join(f'\tprintf("{n} %lld\\n", (long long)({n}));\n' for n in names)
    text = ('#include <stdio.h>\n#include <netram/limits.h>\n'
            f'#include "{include}"\nint main(void)\n{{\n{lines}\treturn 0;\n}}\n')
    with tempfile.TemporaryDirectory() as folder:
        source, program = folder + '/a.c', folder + '/a'
        with open(source, 'w', encoding='utf-8') as f:
            f.write(text)
        subprocess.run(['cc', '-I', top + '/include', '-I', top + '/include/uapi',
                        '-o', program, source], check=True)
        said = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    return {n: int(v) for n, v in (line.split() for line in said.splitlines())}


def enums_of(text, include):
    """{enum: {name: value}}, without what is there for counting only."""
    text = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
    found = {}
    for name, body in re.findall(r'\benum (\w+) \{(.*?)\}', text, re.S):
        found[name] = [w for w in re.findall(r'(?:^|,)\s*(\w+)', body)
                       if not w.startswith('__') and not w.endswith('_UNSPEC')]
    values = values_of([n for names in found.values() for n in names], include)
    return {enum: {n: values[n] for n in names} for enum, names in found.items()}


# ---- what the spec says


def numbered(entries, start):
    value = start
    for entry in entries:
        value = entry.get('value', value)
        yield entry['name'], value
        value += 1


def enums_of_spec():
    found = {}
    for d in spec['definitions']:
        if d['type'] == 'enum':
            name = c_name('netram-', d['name']).lower()
            found[name] = {c_name(d['name-prefix'], n): v for n, v in numbered(d['entries'], 0)}
    for s in spec['attribute-sets']:
        name = c_name(s['enum-name']).lower()
        found[name] = {c_name(s['name-prefix'], n): v for n, v in numbered(s['attributes'], 1)}
    ops = spec['operations']
    found[c_name(ops['enum-name']).lower()] = {
        c_name(ops['name-prefix'], n): v for n, v in numbered(ops['list'], 1)}
    return found


consts = {d['name']: d['value'] for d in spec['definitions'] if d['type'] == 'const'}
attrs = {c_name(s['name-prefix'], a['name']): (s, a)
         for s in spec['attribute-sets'] for a in s['attributes']}


def same(what, ours, theirs):
    for enum in sorted(set(ours) | set(theirs)):
        a, b = ours.get(enum, {}), theirs.get(enum, {})
        for name in sorted(set(a) | set(b)):
            if a.get(name) != b.get(name):
                complain(f'{enum}: {name} is {a.get(name)} in the header, {b.get(name)} in {what}')


in_header = enums_of(header, 'linux/netram.h')
in_spec = enums_of_spec()
same('the spec', in_header, in_spec)

defines = [n for n in re.findall(r'^#define (NETRAM_\w+)\s+\d+$', header, re.M)
           if n != 'NETRAM_GENL_VERSION']
for name in defines:
    if not any(c_name('netram-', c) == name for c in consts):
        complain(f'{name} is not in the spec')
known = values_of([c_name('netram-', c) for c in consts], 'linux/netram.h')
for c, value in consts.items():
    if known[c_name('netram-', c)] != value:
        complain(f'{c} is {value} in the spec, {known[c_name("netram-", c)]} in C')

# every word of it is explained
for d in spec['definitions'] + spec['attribute-sets'] + spec['operations']['list']:
    for part in [d] + d.get('entries', []) + d.get('attributes', []):
        if not part.get('doc', '').endswith('.'):
            complain(f'{d["name"]}: {part["name"]} has no sentence of doc')
for _, a in attrs.values():
    for key, where in (('nested-attributes', sets), ('enum', {d['name'] for d in spec['definitions']})):
        if key in a and a[key] not in where:
            complain(f'{a["name"]}: there is no {a[key]}')

# ---- what the module takes

constants = dict(known)
constants.update({n: v for names in in_header.values() for n, v in names.items()})
constants.update({'sizeof(struct sockaddr_in)': 16, 'UUID_SIZE': 16})


def number(text):
    text = text.strip()
    return int(text) if text.isdigit() else constants[text]


def rule_of(text):
    """(type, checks, nested policy) of an entry of a policy."""
    text = ' '.join(text.split()).rstrip(',')
    m = re.fullmatch(r'\{ \.type = NLA_(\w+)(?:, \.len = (\w+))? \}', text)
    if m:
        checks = {'max-len': number(m[2])} if m[2] else {}
        return {'NUL_STRING': 'string'}.get(m[1], m[1].lower()), checks, None
    m = re.fullmatch(r'NLA_POLICY_(\w+)\((.*)\)', text)
    args = [a.strip() for a in m[2].split(',')]
    if m[1] == 'NESTED':
        return 'nest', {}, args[0]
    if m[1] in ('MIN_LEN', 'EXACT_LEN'):
        return 'binary', {m[1].lower().replace('_', '-'): number(m[2])}, None
    limits = {'MAX': ['max'], 'MIN': ['min'], 'RANGE': ['min', 'max']}[m[1]]
    return args[0][4:].lower(), dict(zip(limits, map(number, args[1:]))), None


policies = {}
for name, body in re.findall(r'struct nla_policy (\w+)\[\w+ \+ 1\] = \{\n(.*?)\n\};', genl, re.S):
    parts = re.split(r'\[(NETRAM_\w+)\]\s*=\s*', body)
    policies[name] = dict(zip(parts[1::2], map(rule_of, parts[2::2])))
taken = {name: rule for policy in policies.values() for name, rule in policy.items()}
if len(taken) < 25:
    complain(f'only {len(taken)} attributes found in the policies of genl.c')
for name, (kind, checks, nested) in taken.items():
    s, a = attrs.get(name, (None, None))
    if a is None:
        complain(f'{name} has a policy, and is not in the spec')
        continue
    want = {k: consts.get(v, v) for k, v in a.get('checks', {}).items()}
    if (a['type'], want) != (kind, checks):
        complain(f'{name} is {a["type"]} {want} in the spec, {kind} {checks} in its policy')
    if nested and nested != a['nested-attributes'] + '_policy':
        complain(f'{name} has {a["nested-attributes"]} in it, and is checked by {nested}')
for name, (s, a) in attrs.items():
    if 'checks' in a and name not in taken:
        complain(f'{name} has checks in the spec, and no policy')

# ---- what the module sends

calls = {'nla_put_u8': 'u8', 'nla_put_u32': 'u32', 'put_u64': 'u64', 'nla_put_u64_64bit': 'u64',
         'nla_put_string': 'string', 'put_name': 'string', 'nla_nest_start': 'nest', 'put_traffic': 'nest',
         'nla_put': 'binary', 'put_histogram': 'binary'}
sent = {}
text = read('kernel/genl_put.c') + read('kernel/event.c')
for call, name in re.findall(r'\b(\w+)\(\s*skb,\s*(NETRAM_\w+)', text):
    if call in calls:
        sent[name] = calls[call]
# one call for all parts
if re.search(r'put_u64\(skb, NETRAM_TRAFFIC_A_PAYLOAD \+ i', text):
    for part in re.findall(r'^\tNETRAM_PART_(\w+),$', read('kernel/traffic.h'), re.M):
        if part != 'NR':
            sent['NETRAM_TRAFFIC_A_' + part] = 'u64'
for name, kind in sent.items():
    if name not in attrs:
        complain(f'{name} is sent, and is not in the spec')
    elif attrs[name][1]['type'] != kind:
        complain(f'{name} is {attrs[name][1]["type"]} in the spec, and sent as {kind}')
for name, (s, a) in attrs.items():
    if a['type'] != 'pad' and name not in taken and name not in sent:
        complain(f'{name} is neither taken nor sent by the module')

# ---- commands

table = re.search(r'struct genl_ops ops\[\] = \{(.*?)\n\};', genl, re.S)[1]
ops = {}
for name, rest in re.findall(r'\.cmd = (\w+),(.*?)(?=\{ \.cmd|$)', table, re.S):
    ops[name] = {k for k, call in (('do', '.doit'), ('dump', '.dumpit')) if call in rest}
    ops[name] |= {'admin-perm'} if 'GENL_ADMIN_PERM' in rest else set()
for op in spec['operations']['list']:
    name = c_name(spec['operations']['name-prefix'], op['name'])
    want = {k for k in ('do', 'dump') if k in op} | set(op.get('flags', []))
    if want != ops.pop(name, set()):
        complain(f'{name} is not as in the spec: {want}')
for name in ops:
    complain(f'{name} is not in the spec')

# ---- the kernel's own schema and generator


def with_tools():
    import jsonschema
    with tempfile.TemporaryDirectory() as folder:
        netlink = os.path.join(tools, 'Documentation/netlink')
        schema_file = os.path.join(netlink, spec['protocol'] + '.yaml')
        with open(schema_file, encoding='utf-8') as f:
            schema = yaml.safe_load(f)
        for error in jsonschema.Draft7Validator(schema).iter_errors(spec):
            complain(f'schema: {"/".join(map(str, error.absolute_path))}: {error.message[:200]}')
        # it looks for the schema beside the specs, and for the top of a kernel
        os.mkdir(folder + '/specs')
        open(folder + '/MAINTAINERS', 'w', encoding='utf-8').close()
        shutil.copy(schema_file, folder)
        shutil.copy(spec_file, folder + '/specs')
        made = folder + '/made.h'
        subprocess.run([sys.executable, tools + '/tools/net/ynl/ynl-gen-c.py', '--mode', 'uapi', '--header',
                        '--spec', folder + '/specs/netram.yaml', '-o', made], check=True, timeout=300)
        with open(made, encoding='utf-8') as f:
            same('the header made of the spec', in_header, enums_of(f.read(), made))


if tools:
    with_tools()
print(f'{sum(map(len, in_spec.values()))} names, {len(taken)} attributes taken, {len(sent)} sent')
sys.exit(1 if wrong else 0)
