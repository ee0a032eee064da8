import Drawing
import Testing

@Suite("Markup")
struct MarkupTests {
  @Test("escapes what is interpolated, and nothing else")
  func escapes() {
    let name = "<b>\"A&B\"</b>'\u{0}\u{7F}"
    let cell: Markup = "<td title=\"\(name)\">\(Markup("<i>"))\(3)</td>"
    #expect(
      cell.text
        == "<td title=\"&lt;b&gt;&quot;A&amp;B&quot;&lt;/b&gt;&#39;\u{FFFD}\u{FFFD}\"><i>3</td>")
  }

  @Test(
    "numbers are short",
    arguments: [
      (0.0, "0"), (-0.001, "0"), (1.5, "1.5"), (-1.25, "-1.25"), (2.999, "3"), (0.05, "0.05"),
      (.nan, "0"), (.infinity, "0"), (1234.5, "1234.5"), (-0.5, "-0.5"),
    ])
  func numbers(value: Double, text: String) {
    #expect(Markup.number(value) == text)
  }
}

@Suite("Scale")
struct ScaleTests {
  @Test("maps its domain to its range")
  func maps() {
    let scale = Scale(0...10, from: 100, to: 0)
    #expect(scale(0) == 100 && scale(10) == 0 && scale(2.5) == 75)
    let logarithmic = Scale(1...100, from: 0, to: 2, kind: .logarithmic)
    #expect(abs(logarithmic(10) - 1) < 1e-12)
    #expect(Scale(3...3, from: 0, to: 1)(3) == 0.5)
  }

  @Test("ticks are round")
  func ticks() {
    #expect(Scale(0...10, from: 0, to: 1).ticks() == [0, 2, 4, 6, 8, 10])
    #expect(Scale(-3...7, from: 0, to: 1).ticks(4) == [0, 5])
    #expect(
      Scale(1...1000, from: 0, to: 1, kind: .logarithmic).ticks(4) == [1, 10, 100, 1000])
    #expect(
      Scale(8...120, from: 0, to: 1, kind: .logarithmic).ticks(5) == [10, 20, 50, 100])
  }
}

@Suite("Widths of text")
struct TextWidthTests {
  @Test("cuts what does not fit")
  func cuts() {
    #expect(TextWidth.cut("Sandals", to: 100, size: 10) == "Sandals")
    let cut = TextWidth.cut("A very long name of a class", to: 60, size: 10)
    #expect(cut.hasSuffix("…") && TextWidth.of(cut, size: 10) <= 60)
  }
}
