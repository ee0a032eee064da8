import Reports
import TestSupport
import Testing

@Suite("Predictions") struct PredictionSheetTests {
  static let sheet = PredictionSheet(
    run: 3, name: "baseline-s1", classes: ["Sandal", "Ankle boot", "“Bag”"],
    images: [
      PredictionSheet.Image(
        path: "photos/shoe.jpg",
        best: [(name: "Ankle boot", probability: 0.875), (name: "Sandal", probability: 0.12449)],
        logits: [0.5, 2.5, -3]),
      PredictionSheet.Image(
        path: "certain.png", best: [(name: "Sandal", probability: 1)], logits: [9, 0, 0]),
      PredictionSheet.Image(path: "missing.png", problem: "there is no such file"),
    ])

  @Test func `for people`() { assertSnapshot(Self.sheet.text(), named: "predictions.txt") }

  @Test func `for people has nothing that a terminal obeys`() {
    let sheet = PredictionSheet(
      run: 1, name: "b", classes: ["a\u{1B}[2J\nb"],
      images: [
        PredictionSheet.Image(
          path: "x\u{202E}.png", best: [(name: "a\u{1B}[2J\nb", probability: 1)], logits: [1]),
        PredictionSheet.Image(path: "y", problem: "no\rgood"),
      ])
    #expect(
      sheet.text() == #"""
        x\u{202E}.png
          100.0 %  a\u{1B}[2J\nb

        y
          no\rgood

        """#)
    #expect(sheet.json().contains(#""a\u001b[2J\nb""#))
  }

  @Test func `for programs`() { assertSnapshot(Self.sheet.json(), named: "predictions.json") }
}
