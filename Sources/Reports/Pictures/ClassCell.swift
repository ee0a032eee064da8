/// A class under a strategy: what a table or a picture shows of the difference, with colour held back
/// where the runs cannot carry it.
struct ClassCell {
  /// Points without a decimal; a middle dot below half a point.
  let text: String
  /// A step of the palette, such as `u3`: 1 and 2 are pale and not distinguishable, 3 and 4 full; empty
  /// below 3 points that are not distinguishable.
  let step: String

  init(_ contrast: Contrast) {
    let points = contrast.mean * 100
    let isTold = contrast.verdict.isDifference
    let isBig = abs(points) >= (isTold ? 20 : 15)
    let family = points > 0 ? "u" : "d"
    if isTold {
      step = family + (isBig ? "4" : "3")
    } else {
      step = abs(points) >= 3 ? family + (isBig ? "2" : "1") : ""
    }
    let sign = points > 0 ? "+" : TextStyle().minus
    text = abs(points) < 0.5 ? "·" : sign + Figures.fixed(abs(points), 0)
  }
}
