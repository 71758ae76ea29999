// Points on the graphics card; on a machine without one, pixel by pixel.

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
class CardPainter {
  constructor(gl) {
    this.gl = gl;
    this.points = this.program(POINTS);
    const names = ["from", "to", "colour", "weight", "order"];
    this.buffers = Object.fromEntries(names.map((name) => [name, gl.createBuffer()]));
    this.n = 0;
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

// Where the graphics card is only a program, the same picture is drawn faster pixel by pixel.
class PixelPainter {
  constructor(context) {
    this.context = context;
    this.image = new ImageData(1, 1);
    this.from = this.to = new Float32Array(0);
    this.order = new Uint32Array(0);
  }

  place(from, to) {
    Object.assign(this, { from, to });
  }

  colour(colours, weights, order) {
    Object.assign(this, { colours, weights, order });
  }

  paint(lens, pixels, mixed, density) {
    const { width, height } = this.context.canvas;
    if (this.image.width !== width || this.image.height !== height) {
      this.image = new ImageData(width, height);
    } else this.image.data.fill(0);
    this.paintPoints(lens, pixels * density, mixed, density);
    this.context.putImageData(this.image, 0, 0);
  }

  paintPoints(lens, pixels, mixed, density) {
    const { from, to, colours, weights, image } = this;
    const { width, height } = image;
    const [scale, left, top] = [lens.scale * density, lens.left * density, lens.top * density];
    for (const i of this.order) {
      const alpha = colours[4 * i + 3];
      const radius = (pixels * weights[i]) / 2;
      const x = (from[2 * i] + (to[2 * i] - from[2 * i]) * mixed) * scale + left;
      const y = top - (from[2 * i + 1] + (to[2 * i + 1] - from[2 * i + 1]) * mixed) * scale;
      if (!alpha || x < -radius || y < -radius || x > width + radius || y > height + radius) continue;
      const lastX = Math.min(Math.ceil(x + radius - 0.5), width);
      const lastY = Math.min(Math.ceil(y + radius - 0.5), height);
      const [firstX, perSquare] = [Math.max(Math.ceil(x - radius - 0.5), 0), 64 / radius ** 2];
      for (let py = Math.max(Math.ceil(y - radius - 0.5), 0); py < lastY; py++) {
        const squaredY = (py + 0.5 - y) ** 2;
        for (let px = firstX; px < lastX; px++) {
          const away = (((px + 0.5 - x) ** 2 + squaredY) * perSquare) | 0;
          if (away < 64) blend(image.data, 4 * (py * width + px), colours, 4 * i, alpha * COVER[away]);
        }
      }
    }
  }

  finish() {}
}

// How much of a pixel a round point covers, by the square of its distance from the middle.
const COVER = Float32Array.from({ length: 64 }, (_, k) => {
  const edge = Math.min(Math.max((Math.sqrt((k + 0.5) / 64) - 0.75) / 0.25, 0), 1);
  return 1 - edge * edge * (3 - 2 * edge);
});

// Lay a colour over a pixel; the pixel's own colour is not multiplied by its alpha.
const blend = (data, at, colours, c, alpha) => {
  const below = (data[at + 3] * (255 - alpha)) / 255;
  const whole = alpha + below;
  if (!whole) return;
  const share = alpha / whole;
  for (let k = 0; k < 3; k++) data[at + k] += (colours[c + k] - data[at + k]) * share;
  data[at + 3] = whole;
};

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

// Whether WebGL draws on a graphics card here; asked on a canvas that nobody needs.
const hasCard = () => {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  const told = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = told ? gl.getParameter(told.UNMASKED_RENDERER_WEBGL) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return Boolean(gl) && !SOFTWARE.test(name);
};

const painterOn = (canvas) => {
  const gl = hasCard() && canvas.getContext("webgl2", { antialias: false });
  if (gl) return new CardPainter(gl);
  return new PixelPainter(canvas.getContext("2d", { willReadFrequently: true }));
};
