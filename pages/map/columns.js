// Attributes of the points: which points pass the filters on them, and how many have each value.

class Columns {
  constructor() {
    this.listed = [];
    this.read = new Map();
    this.filters = new Map();
  }

  // Take the list of attributes, and the values of those that have arrived; whether any has.
  take(listed, n) {
    this.listed = listed;
    let isNew = false;
    for (const { key, part } of listed) {
      const body = part && parts.get(part);
      if (!body || this.read.get(key)?.part === part) continue;
      const codes = decoded.int16(body.codes);
      if (codes.length !== n) continue;
      this.read.set(key, { ...body, part, codes, all: counted(codes, body.labels.length) });
      isNew = true;
    }
    return isNew;
  }

  forget() {
    this.read.clear();
  }

  // Of every point, how many filters it fails, and of which attribute the last was.
  fails(n) {
    const fails = new Uint8Array(n);
    const failed = new Uint8Array(n);
    this.listed.forEach(({ key }, place) => {
      const allowed = this.allowed(key);
      if (!allowed) return;
      const { codes } = this.read.get(key);
      for (let i = 0; i < n; i++) {
        if (allowed[codes[i]]) continue;
        fails[i] += 1;
        failed[i] = place;
      }
    });
    return { fails, failed };
  }

  // Which values a filter lets in; undefined where none filters, or none of its values is known.
  allowed(key) {
    const column = this.read.get(key);
    const values = this.filters.get(key);
    if (!column || !values) return undefined;
    const flags = column.labels.map((label) => values.has(label));
    return flags.some(Boolean) ? flags : undefined;
  }

  // Of each value, the points that pass all other filters, among those that `admits` lets in.
  tally(key, { fails, failed }, admits) {
    const { codes, labels } = this.read.get(key);
    const place = this.listed.findIndex((each) => each.key === key);
    const counts = new Uint32Array(labels.length);
    for (let i = 0; i < codes.length; i++) {
      if (fails[i] > 1 || (fails[i] === 1 && failed[i] !== place)) continue;
      if (codes[i] >= 0 && admits(i)) counts[codes[i]]++;
    }
    return counts;
  }

  toggle(key, label) {
    const values = new Set(this.filters.get(key));
    if (!values.delete(label)) values.add(label);
    if (values.size) this.filters.set(key, values);
    else this.filters.delete(key);
  }

  told = () => Object.fromEntries([...this.filters].map(([key, values]) => [key, [...values]]));

  set(told) {
    this.filters = new Map(Object.entries(told).map(([key, values]) => [key, new Set(values)]));
  }
}

const counted = (codes, n) => {
  const counts = new Uint32Array(n);
  for (const code of codes) if (code >= 0) counts[code]++;
  return counts;
};
