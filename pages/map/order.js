// Only its style is needed.
export default function () {}
