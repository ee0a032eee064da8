import Foundation
import Metrics
import Testing

@Suite("A confusion matrix")
struct ConfusionMatrixTests {
  /// 3 × 2 with an unseen class: counted by hand.
  private static let small: ConfusionMatrix = {
    var matrix = ConfusionMatrix(classCount: 2, unseenCount: 1)
    for (row, column) in [(0, 0), (0, 0), (0, 1), (2, 1)] {
      matrix.add(trueClass: row, predicted: column)
    }
    return matrix
  }()

  @Test("counts cells and rows, and forgets what is set to 0")
  func counts() {
    var matrix = Self.small
    #expect(matrix[0, 0] == 2 && matrix[0, 1] == 1 && matrix[1, 0] == 0 && matrix[2, 1] == 1)
    #expect((0..<3).map(matrix.rowSum) == [3, 0, 1])
    #expect(
      matrix.entries.map { [$0.trueClass, $0.predicted, $0.count] } == [
        [0, 0, 2], [0, 1, 1], [2, 1, 1],
      ])
    matrix[0, 1] = 0
    matrix[1, 1] = 5
    #expect((0..<3).map(matrix.rowSum) == [2, 5, 1])
    matrix[1, 1] = 0
    matrix[0, 1] = 1
    #expect(matrix == Self.small && matrix.hashValue == Self.small.hashValue)
  }

  @Test("of few classes is written as it always was")
  func dense() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(Self.small), as: UTF8.self)
    #expect(text == #"{"classCount":2,"counts":[2,1,0,0,0,1],"rowCount":3}"#)
    #expect(try JSONDecoder().decode(ConfusionMatrix.self, from: Data(text.utf8)) == Self.small)
  }

  @Test("of many classes is written without its zeros, and read in both forms")
  func sparse() throws {
    var matrix = ConfusionMatrix(classCount: 5_000, unseenCount: 2)
    for row in 0..<5_002 { matrix[row, row * 7 % 5_000] = row % 3 + 1 }
    let data = try JSONEncoder().encode(matrix)
    // A place and a count a row: at most 8 + 1 digits and two commas; dense it was 50 MB.
    #expect(data.count < 5_002 * 11 + 60)
    #expect(try JSONDecoder().decode(ConfusionMatrix.self, from: data) == matrix)
    var wide = ConfusionMatrix(classCount: 101)
    wide[3, 100] = 4
    let counts = (0..<101 * 101).map { $0 == 3 * 101 + 100 ? "4" : "0" }.joined(separator: ",")
    let old = #"{"classCount":101,"rowCount":101,"counts":[\#(counts)]}"#
    #expect(try JSONDecoder().decode(ConfusionMatrix.self, from: Data(old.utf8)) == wide)
  }

  @Test(
    "that is none is refused",
    arguments: [
      #"{"classCount":2,"rowCount":3,"counts":[2,1,0,0,0]}"#,
      #"{"classCount":2,"rowCount":1,"counts":[2,1]}"#,
      #"{"classCount":-1,"rowCount":3,"counts":[]}"#,
      #"{"classCount":2,"rowCount":2,"counts":[2,1,0,-1]}"#,
      #"{"classCount":2,"rowCount":2}"#,
      #"{"classCount":2,"rowCount":2,"cells":[0]}"#,
      #"{"classCount":2,"rowCount":2,"cells":[4,1]}"#,
      #"{"classCount":2,"rowCount":2,"cells":[-1,1]}"#,
      #"{"classCount":2,"rowCount":2,"cells":[1,0]}"#,
      #"{"classCount":2,"rowCount":2,"cells":[1,1,1,1]}"#,
      #"{"classCount":4611686018427387904,"rowCount":4611686018427387905,"cells":[1,1]}"#,
    ])
  func refused(text: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(ConfusionMatrix.self, from: Data(text.utf8))
    }
  }
}
