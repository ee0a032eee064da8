import Foundation
import Randomness
import TestSupport
import Testing
import Weights

@Suite("Damaged files") struct DamagedFileTests {
  static let whole = [
    "plain.pth", "types.pth", "views.pth", "module.pth", "wrapped.pth", "plain.safetensors",
    "types.safetensors",
  ]

  /// What is left of a file after an accident.
  private static func damage(
    _ bytes: [UInt8], _ kind: Int, using generator: inout SeededGenerator
  ) -> [UInt8] {
    var damaged = bytes
    func place(_ limit: Int) -> Int { Int(generator.next() % UInt64(limit)) }
    switch kind {
    case 0: damaged[place(bytes.count)] ^= 1 << UInt8(place(8))
    case 1:
      for _ in 0..<(2 + place(30)) { damaged[place(bytes.count)] = UInt8(place(256)) }
    case 2: damaged = Array(bytes.prefix(place(bytes.count)))
    case 3: damaged.remove(at: place(bytes.count))
    case 4: damaged.insert(UInt8(place(256)), at: place(bytes.count))
    case 5:
      // A run of zeros or ones, as of a block that was never written.
      let start = place(bytes.count)
      let value: UInt8 = place(2) == 0 ? 0 : 0xFF
      for index in start..<min(bytes.count, start + 1 + place(600)) { damaged[index] = value }
    case 6:
      // The beginning or the end, where the structure is.
      let index =
        place(2) == 0 ? place(min(400, bytes.count)) : bytes.count - 1 - place(1_000) % bytes.count
      damaged[index] = [0, 1, 0x7F, 0x80, 0xFF][place(5)]
    default:
      let start = place(bytes.count - 8)
      let number = [0, 1, UInt64.max, UInt64(Int64.max), 1 << 31, 1 << 32][place(6)]
      withUnsafeBytes(of: number.littleEndian) {
        damaged.replaceSubrange(start..<start + 8, with: $0)
      }
    }
    return damaged
  }

  /// Reads all numbers of a file that opens.
  private static func contents(_ file: WeightFile) -> [String: [UInt32]] {
    Dictionary(
      file.tensors.map { ($0.name, $0.floats().map(\.bitPattern)) }, uniquingKeysWith: { $1 })
  }

  @Test func `a thousand damaged files: a clear error, or numbers that can be explained`() throws {
    var (opened, refused, sentences) = (0, 0, Set<String>())
    for (number, name) in Self.whole.enumerated() {
      let bytes = try bytes(name)
      let intact = Self.contents(try WeightFile(bytes: bytes))
      var generator = SeededGenerator(seed: 12, purpose: .testing, item: UInt64(number))
      for round in 0..<152 {
        let damaged = Self.damage(bytes, round % 8, using: &generator)
        do throws(WeightError) {
          let file = try WeightFile(bytes: damaged, path: "damaged")
          opened += 1
          // Checksums guard an archive's content: if it opens, every tensor is right. In the other
          // format numbers may change unseen, but no tensor grows out of the file.
          if file.format == .torch {
            #expect(Self.contents(file) == intact, "\(name), round \(round)")
          } else {
            #expect(file.tensors.reduce(0) { $0 + $1.count * $1.type.size } < damaged.count)
            _ = Self.contents(file)
          }
        } catch {
          refused += 1
          sentences.insert(error.reason)
          #expect(error.description.hasPrefix("cannot use the weights in 'damaged': "))
          #expect(!error.reason.isEmpty && error.description.utf8.count < 2_000)
          #expect(error.description.unicodeScalars.allSatisfy { $0.value >= 0x20 })
        }
      }
    }
    #expect(opened + refused == 1_064)
    #expect(refused > 600 && opened > 20 && sentences.count > 50, "\(refused) \(sentences.count)")
  }

  /// Damage that keeps checksums right reaches the pickle machine itself.
  @Test func `a thousand damaged pickles in sound archives crash nothing`() throws {
    let usual = PickleMaker.tensor(count: 8, offset: 0, shape: [2, 4], strides: [4, 1])
    var generator = SeededGenerator(seed: 13, purpose: .testing)
    var refused = 0
    for round in 0..<1_000 {
      let pickle = Self.damage(usual, round % 8, using: &generator)
      let archive = ZipMaker.checkpoint(
        pickle: pickle, storages: [[UInt8](repeating: 1, count: 32)])
      do throws(WeightError) {
        let file = try WeightFile(bytes: archive)
        #expect(file.tensors.allSatisfy { $0.floats().count == $0.count && $0.count <= 1 << 24 })
      } catch {
        refused += 1
      }
    }
    #expect(refused > 500)
  }

  @Test(arguments: whole) func `a file cut off anywhere is refused`(_ name: String) throws {
    let bytes = try bytes(name)
    for length in 0..<bytes.count where problem(Array(bytes.prefix(length))).isEmpty {
      Issue.record("the first \(length) of \(bytes.count) bytes of \(name) were accepted")
    }
  }
}
