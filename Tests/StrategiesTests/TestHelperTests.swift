import Foundation
import TestSupport
import Testing

@Suite("Helpers for tests") struct TestHelperTests {
  @Test("Relative errors see NaN, infinities and rows of different length")
  func relativeErrors() {
    #expect(relativeError(1.5, 1) == 0.5)
    #expect(relativeError(.nan, .nan) == 0)
    #expect(relativeError(.nan, 1) == .infinity)
    #expect(relativeError(1, .infinity) == .infinity)
    #expect(relativeError(.infinity, .infinity) == 0)
    #expect(worstRelativeError([1], [1, 2]).error == .infinity)
    let worst = worstRelativeError([1, 3, 5], [1, 2, 4])
    #expect(worst.error == 0.5)
    #expect(worst.index == 1)
  }

  @Test("A finding names the worst index")
  func closeness() {
    #expect(closenessFinding([1, 2], [1, 2.001], within: 1e-3) == nil)
    #expect(closenessFinding([1, 3, 2], [1, 2, 2], within: 0.5) == nil)
    #expect(
      closenessFinding([1, 3, 2], [1, 2, 2], within: 0.4)
        == "worst at index 1 of 3: 3.0, but 2.0 expected; relative error 0.5, allowed 0.4")
    #expect(closenessFinding([1], [1, 2], within: 1) == "1 numbers, but 2 expected")
    #expect(closenessFinding([.nan], [1], within: 1) != nil)
  }

  @Test("A snapshot that differs names the line; recording is not passing")
  func snapshots() throws {
    let folder = try TemporaryFolder()
    let stored = folder.url.appendingPathComponent("a.txt")
    #expect(
      snapshotFinding("x\n", stored: stored, record: false)?.contains("does not exist") == true)
    #expect(snapshotFinding("x\ny\n", stored: stored, record: true)?.contains("recorded") == true)
    #expect(snapshotFinding("x\ny\n", stored: stored, record: false) == nil)
    let finding = snapshotFinding("x\nz\n", stored: stored, record: false)
    #expect(finding?.contains("differs first in line 2") == true)
    #expect(snapshotFinding("x\ny\nz", stored: stored, record: false)?.contains("line 3") == true)
  }

  @Test("A temporary folder goes with its value")
  func temporaryFolder() throws {
    var folder: TemporaryFolder? = try TemporaryFolder()
    let path = try #require(try folder?.write("text", to: "deep/file.txt"))
    #expect(FileManager.default.fileExists(atPath: path))
    folder = nil
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
