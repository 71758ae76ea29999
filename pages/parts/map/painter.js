// Points and lines on the graphics card; on a machine without one, in the canvas itself.

const POINTS = [
  `#version 300 es
  uniform vec2 size; uniform vec3 lens; uniform float pixels; uniform float mixed;
  layout(location = 0) in vec2 from; layout(location = 1) in vec2 to;
  layout(location = 2) in vec4 colour; layout(location = 3) in float weight;
  out vec4 painted;
  void main() {
    vec2 at = mix(from, to, mixed);
    vec2 px = vec2(at.x * lens.z + lens.x, lens.y - at.y * lens.z);
    gl_Position = vec4(px.x / size.x * 2. - 1., 1. - px.y / size.y * 2., 0., 1.);
    if (colour.a == 0.) gl_Position = vec4(2., 2., 2., 1.);
    gl_PointSize = pixels * weight;
    painted = colour;
  }`,
  `#version 300 es
  precision mediump float;
  in vec4 painted; out vec4 shown;
  void main() {
    float away = length(gl_PointCoord - .5) * 2.;
    float cover = 1. - smoothstep(.75, 1., away);
    if (cover < .02) discard;
    shown = vec4(painted.rgb * painted.a * cover, painted.a * cover);
  }`,
];
const LINES = [
  `#version 300 es
  uniform vec2 size; uniform vec3 lens;
  layout(location = 0) in vec2 at; layout(location = 1) in vec4 colour;
  out vec4 painted;
  void main() {
    vec2 px = vec2(at.x * lens.z + lens.x, lens.y - at.y * lens.z);
    gl_Position = vec4(px.x / size.x * 2. - 1., 1. - px.y / size.y * 2., 0., 1.);
    painted = vec4(colour.rgb * colour.a, colour.a);
  }`,
  `#version 300 es
  precision mediump float;
  in vec4 painted; out vec4 shown;
  void main() { shown = painted; }`,
];

class CardPainter {
  constructor(gl) {
    this.gl = gl;
    this.points = this.program(POINTS);
    this.lines = this.program(LINES);
    const names = ["from", "to", "colour", "weight", "order", "lineAt", "lineColour"];
    this.buffers = Object.fromEntries(names.map((name) => [name, gl.createBuffer()]));
    this.n = 0;
    this.nLines = 0;
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  program([vertex, fragment]) {
    const { gl } = this;
    const made = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(made, shader);
    }
    gl.linkProgram(made);
    if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made));
    return made;
  }

  fill(name, values, kind = this.gl.ARRAY_BUFFER) {
    this.gl.bindBuffer(kind, this.buffers[name]);
    this.gl.bufferData(kind, values, this.gl.DYNAMIC_DRAW);
  }

  place(from, to) {
    this.n = to.length / 2;
    this.fill("from", from);
    this.fill("to", to);
  }

  colour(colours, weights, order) {
    this.fill("colour", colours);
    this.fill("weight", weights);
    this.fill("order", order, this.gl.ELEMENT_ARRAY_BUFFER);
  }

  join(at, colours) {
    this.nLines = at.length / 2;
    this.fill("lineAt", at);
    this.fill("lineColour", colours);
  }

  attribute(place, name, width, kind, normalised = false) {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, width, kind, normalised, 0, 0);
  }

  use(program, lens) {
    const { gl } = this;
    gl.useProgram(program);
    gl.uniform2f(gl.getUniformLocation(program, "size"), lens.width, lens.height);
    gl.uniform3f(gl.getUniformLocation(program, "lens"), lens.left, lens.top, lens.scale);
  }

  paint(lens, pixels, mixed, density) {
    const { gl } = this;
    gl.viewport(0, 0, gl.canvas.width, gl.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (this.nLines) {
      this.use(this.lines, lens);
      gl.disableVertexAttribArray(2);
      gl.disableVertexAttribArray(3);
      this.attribute(0, "lineAt", 2, gl.FLOAT);
      this.attribute(1, "lineColour", 4, gl.UNSIGNED_BYTE, true);
      gl.drawArrays(gl.LINES, 0, this.nLines);
    }
    if (!this.n) return;
    this.use(this.points, lens);
    gl.uniform1f(gl.getUniformLocation(this.points, "pixels"), pixels * density);
    gl.uniform1f(gl.getUniformLocation(this.points, "mixed"), mixed);
    this.attribute(0, "from", 2, gl.FLOAT);
    this.attribute(1, "to", 2, gl.FLOAT);
    this.attribute(2, "colour", 4, gl.UNSIGNED_BYTE, true);
    this.attribute(3, "weight", 1, gl.FLOAT);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers.order);
    gl.drawElements(gl.POINTS, this.n, gl.UNSIGNED_INT, 0);
  }

  // Wait until everything is on the screen; only measuring needs it.
  finish() {
    this.gl.readPixels(0, 0, 1, 1, this.gl.RGBA, this.gl.UNSIGNED_BYTE, new Uint8Array(4));
  }
}

class CanvasPainter {
  constructor(context) {
    this.context = context;
    this.lineAt = this.from = this.to = new Float32Array(0);
  }

  place(from, to) {
    Object.assign(this, { from, to });
  }

  colour(colours, weights, order) {
    Object.assign(this, { colours, weights, order });
  }

  join(lineAt, lineColours) {
    Object.assign(this, { lineAt, lineColours });
  }

  paint(lens, pixels, mixed, density) {
    const { context, from, to, colours, lineAt } = this;
    const style = (c, i) => `rgba(${c[i]},${c[i + 1]},${c[i + 2]},${c[i + 3] / 255})`;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, lens.width, lens.height);
    for (let i = 0; i < lineAt.length; i += 4) {
      context.strokeStyle = style(this.lineColours, 2 * i);
      context.beginPath();
      context.moveTo(lens.screenX(lineAt[i]), lens.screenY(lineAt[i + 1]));
      context.lineTo(lens.screenX(lineAt[i + 2]), lens.screenY(lineAt[i + 3]));
      context.stroke();
    }
    for (const i of this.order ?? []) {
      if (!colours[4 * i + 3]) continue;
      const x = lens.screenX(from[2 * i] + (to[2 * i] - from[2 * i]) * mixed);
      const y = lens.screenY(from[2 * i + 1] + (to[2 * i + 1] - from[2 * i + 1]) * mixed);
      const side = pixels * this.weights[i] * 0.85;
      context.fillStyle = style(colours, 4 * i);
      context.fillRect(x - side / 2, y - side / 2, side, side);
    }
  }

  finish() {}
}

const painterOn = (canvas) => {
  const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true });
  return gl ? new CardPainter(gl) : new CanvasPainter(canvas.getContext("2d"));
};
