import Foundation
import TestSupport
import Testing
import Weights

@Suite("Hostile files") struct HostileFileTests {
  private func problem(pickle: [UInt8], storages: [[UInt8]] = []) -> String {
    WeightsTests.problem(ZipMaker.checkpoint(pickle: pickle, storages: storages))
  }

  private static let eight = [UInt8](repeating: 0, count: 32)

  @Test func `the hand-made file is read where nothing is wrong with it`() {
    let pickle = PickleMaker.tensor(count: 8, offset: 0, shape: [2, 4], strides: [4, 1])
    #expect(problem(pickle: pickle, storages: [Self.eight]) == "")
    var wide = ZipMaker()
    wide.isWide = true
    wide.entries = [("b/data.pkl", pickle), ("b/data/0", Self.eight)]
    #expect(WeightsTests.problem(wide.made()) == "")
  }

  @Test func `a pickle that would run a command is refused by name, and nothing runs`() throws {
    let folder = try TemporaryFolder("weights")
    let flag = folder.path(of: "flag")
    for (module, name) in [
      ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("subprocess", "Popen"),
      ("torch", "load"), ("torch.storage", "_load_from_bytes"), ("__builtin__", "exec"),
      ("torch._utils", "_rebuild_tensor_v2.__globals__"), ("collections", "OrderedDict "),
    ] {
      let pickle =
        [0x80, 2] + PickleMaker.global(module, name)
        + PickleMaker.tuple([PickleMaker.text("touch \(flag)")]) + [0x52, 0x2E]
      let found = problem(pickle: pickle)
      #expect(found.contains("'\(module).\(name)'") && found.contains("refused"), "\(found)")
    }
    #expect(!FileManager.default.fileExists(atPath: flag))
  }

  @Test(
    arguments: [
      ("INST", Array("(ios\nsystem\n.".utf8)), ("OBJ", Array("(o.".utf8)),
      ("NEWOBJ", [0x29, 0x29, 0x81]), ("NEWOBJ_EX", [0x92]), ("EXT1", [0x82, 1]),
      ("STACK_GLOBAL", [0x93]), ("PERSID", Array("P0\n".utf8)), ("LONG4", [0x8B, 0, 0, 0, 0x7F]),
      ("FRAME", [0x95]), ("MEMOIZE", [0x94]), ("BINBYTES8", [0x8E]), ("EMPTY_SET", [0x8F]),
      ("POP_MARK", [0x31]), ("DUP", [0x32]), ("STRING", Array("S'a'\n".utf8)),
      ("SHORT_BINUNICODE", [0x8C]), ("BYTEARRAY8", [0x96]), ("DICT", Array("(d".utf8)),
    ])
  func `other instructions are refused by name`(_ name: String, _ instructions: [UInt8]) {
    let found = problem(pickle: [0x80, 2] + instructions + [0x2E])
    #expect(found.contains("instruction \(name),"), "\(found)")
  }

  @Test(
    arguments: [
      ([], "ends at byte"), ([0x2E], "ends with 0 values"), ([0x52, 0x2E], "more than it gave"),
      ([0x74, 0x2E], "did not open"), ([0x68, 9, 0x2E], "never remembered"),
      ([0x71, 9, 0x2E], "remembers nothing"), ([0x4E, 0x61, 0x2E], "no list"),
      ([0x4E, 0x4E, 0x61, 0x2E], "no list"), ([0x4E, 0x4E, 0x4E, 0x73, 0x2E], "no dictionary"),
      ([0x7D, 0x28, 0x4E, 0x75, 0x2E], "no dictionary"), ([0x7D, 0x28, 0x2E], "ends with"),
      ([0x4E, 0x51, 0x2E], "None where a persistent id"), ([0x29, 0x51, 0x2E], "no storage"),
      ([0x4E, 0x29, 0x52, 0x2E], "calls None"), ([0x7D, 0x4E, 0x62, 0x2E], "from None"),
      ([0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x2E], "whole number of 9 bytes"),
      ([0x58, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E], "4294967295 bytes"), ([0xFF, 0x2E], "0xff"),
      ([0x58, 1, 0, 0, 0, 0xFF, 0x2E], "no UTF-8"), ([0x63, 0x61, 0x2E], "does not end"),
      ([0x7D, 0x2E], "no tensors"), ([0x7D, 0x2E, 0x2E], "bytes left over"),
      ([0x29, 0x2E], "a tuple, not a state dict"),
    ] as [([UInt8], String)])
  func `a broken pickle is refused`(_ instructions: [UInt8], _ words: String) {
    let found = problem(pickle: [0x80, 2] + instructions)
    #expect(found.contains(words), "\(found)")
  }

  @Test(
    arguments: [
      (8, 0, [9], [1], "reaches number 8"), (8, 1, [8], [1], "reaches number 8"),
      (8, -1, [1], [1], "starts at number -1"), (8, 9, [0], [1], "starts at number 9"),
      (8, 0, [2], [-1], "strides [-1]"), (8, 0, [-1], [1], "more numbers"),
      (8, 0, [2], [.max], "reaches"), (8, 2, [3], [.max / 2], "beyond all memory"),
      (8, 0, [.max, .max], [0, 0], "more numbers"), (8, 0, [1 << 40], [0], "more numbers"),
      (8, 0, [2, 2], [1], "2 sizes and 1 strides"), (9, 0, [2], [1], "should hold 9"),
      (.max, 0, [2], [1], "should hold"), (-1, 0, [2], [1], "no storage"),
      (8, .max, [2], [1], "starts at"),
    ] as [(Int, Int, [Int], [Int], String)])
  func `a tensor that leaves its storage is refused`(
    _ count: Int, _ offset: Int, _ shape: [Int], _ strides: [Int], _ words: String
  ) {
    let pickle = PickleMaker.tensor(count: count, offset: offset, shape: shape, strides: strides)
    let found = problem(pickle: pickle, storages: [Self.eight])
    #expect(found.contains(words), "\(found)")
  }

  @Test func `seventeen dimensions, an absent storage and an unknown storage are refused`() {
    let ones = [Int](repeating: 1, count: 17)
    let deep = PickleMaker.tensor(count: 8, offset: 0, shape: ones, strides: ones)
    #expect(problem(pickle: deep, storages: [Self.eight]).contains("17 dimensions"))
    let usual = PickleMaker.tensor(count: 8, offset: 0, shape: [8], strides: [1])
    #expect(problem(pickle: usual).contains("not in its archive"))
    let complex = PickleMaker.tensor(
      count: 4, offset: 0, shape: [4], strides: [1], type: "ComplexFloatStorage")
    #expect(problem(pickle: complex, storages: [Self.eight]).contains("ComplexFloatStorage"))
  }

  @Test func `nesting without end ends in an error, not in a crash`() {
    let deep = [UInt8](repeating: 0x85, count: 1_000_000)
    #expect(problem(pickle: [0x80, 2, 0x29] + deep + [0x2E]).contains("a tuple"))
    let open = [UInt8](repeating: 0x28, count: 1_000_000)
    #expect(problem(pickle: [0x80, 2] + open + [0x2E]).contains("more than 262144 open values"))
    // A list that holds itself, and a dictionary under its own key.
    #expect(
      problem(pickle: [0x80, 2, 0x5D, 0x71, 0, 0x68, 0, 0x61, 0x2E]).contains("holds a list"))
    let itself =
      [0x80, 2, 0x7D, 0x71, 0] + PickleMaker.text("state_dict") + [0x68, 0, 0x73, 0x2E]
    #expect(problem(pickle: itself).contains("no tensors"))
    let brackets = Array(String(repeating: "{\"a\":", count: 200_000).utf8)
    let length = withUnsafeBytes(of: UInt64(brackets.count).littleEndian) { Array($0) }
    #expect(WeightsTests.problem(length + brackets).contains("unknown key 'a'"))
  }

  /// Small files that once took minutes or gigabytes: what a pickle shares or repeats costs its
  /// reader no more than its own length.
  @Test(.timeLimit(.minutes(1))) func `work and memory follow the length of a pickle`() {
    // One tuple of 50,000 numbers as the shape of 10,000 tensors.
    let numbers = (0..<50_000).map { _ in PickleMaker.integer(1) }
    let shape = PickleMaker.tuple(numbers) + [0x71, 1]
    let arguments = PickleMaker.tuple([
      PickleMaker.storage(count: 8), PickleMaker.integer(0), [0x68, 1], [0x68, 1], [0x89], [0x4E],
    ])
    let tensor = PickleMaker.global("torch._utils", "_rebuild_tensor_v2") + arguments + [0x52]
    let tensors = (0..<10_000).map { PickleMaker.text("w\($0)") + tensor }.flatMap(\.self)
    let shared =
      [0x80, 2, 0x7D, 0x28] + PickleMaker.text("shape") + shape + tensors + [0x75, 0x2E]
    #expect(problem(pickle: shared, storages: [Self.eight]).contains("50000 dimensions"))

    // The same key a hundred thousand times, each time with the same large dictionary.
    let none = [UInt8](repeating: 0x4E, count: 100_000)
    let large = [0x7D, 0x28] + none + [0x75]
    let name: [UInt8] = PickleMaker.text("state_dict") + [0x68, 1]
    let names = [[UInt8]](repeating: name, count: 100_000).flatMap(\.self)
    let repeated =
      [0x80, 2, 0x7D, 0x28] + PickleMaker.text("large") + large + [0x71, 1] + names + [0x75, 0x2E]
    #expect(problem(pickle: repeated).contains("no tensors"))
  }

  @Test func `what would fill the memory without a tensor is refused by its kind`() {
    func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
      [0x80, 2] + [[UInt8]](repeating: bytes, count: count).flatMap(\.self) + [0x2E]
    }
    #expect(problem(pickle: repeated([0x5D], 300_000)).contains("open values"))
    #expect(problem(pickle: repeated([0x4E], 300_000)).contains("open values"))
    // None, twice, into one tuple, again and again: only containers grow.
    #expect(problem(pickle: repeated([0x85], 1_200_000)).contains("more than it gave"))
    let tuples = [0x80, 2, 0x29] + [UInt8](repeating: 0x85, count: 1_200_000) + [0x2E]
    #expect(problem(pickle: tuples).contains("more than 1048576 containers"))
    let item: [UInt8] = [0x4E, 0x4E, 0x73]
    let items: [UInt8] = [0x7D] + [[UInt8]](repeating: item, count: 1_100_000).flatMap(\.self)
    #expect(
      problem(pickle: [0x80, 2] + items + [0x2E]).contains("more than 2097152 values in containers")
    )
    let places = (0..<1_100_000).map { place -> [UInt8] in
      [0x72] + withUnsafeBytes(of: UInt32(place).littleEndian) { Array($0) }
    }.flatMap(\.self)
    #expect(problem(pickle: [0x80, 2, 0x4E] + places + [0x2E]).contains("remembered values"))
    let long = [UInt8](repeating: 0x4E, count: (1 << 24) + 1)
    #expect(problem(pickle: long).contains("at most 16777216 are read"))
  }

  @Test func `a header of more keys than tensors can be is refused`() {
    let members = (0..<70_000).map { "\"\($0)\":\"\"" }.joined(separator: ",")
    let header = Array("{\"__metadata__\":{\(members)}}".utf8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    #expect(WeightsTests.problem(length + header).contains("more than 65537 keys"))
  }

  @Test func `archives that lie are refused`() {
    let pickle = PickleMaker.tensor(count: 8, offset: 0, shape: [8], strides: [1])
    var zip = ZipMaker()
    zip.entries = [("a/data.pkl", pickle), ("a/data/0", Self.eight)]
    zip.method = 8
    #expect(WeightsTests.problem(zip.made()).contains("is compressed"))
    zip.method = 0
    zip.shift = 1
    #expect(WeightsTests.problem(zip.made()).contains("does not begin as one"))
    zip.shift = -40
    #expect(WeightsTests.problem(zip.made()) != "")
    zip.isWide = true
    #expect(WeightsTests.problem(zip.made()).contains("sizes that cannot be"))
    zip = ZipMaker()
    zip.entries = [("a/data.pkl", pickle), ("a/data.pkl", pickle)]
    #expect(WeightsTests.problem(zip.made()).contains("stands twice"))
    zip.entries = [("a/data.pkl", pickle), ("b/data.pkl", pickle)]
    #expect(WeightsTests.problem(zip.made()).contains("without a PyTorch pickle"))
    zip.entries = [("a/data.pkl", pickle), ("a/data/0", Self.eight), ("a/byteorder", [0x62])]
    #expect(WeightsTests.problem(zip.made()).contains("byte order"))
    zip.entries = []
    #expect(WeightsTests.problem(zip.made()).contains("without a PyTorch pickle"))
  }

  @Test func `entries that share bytes are refused`() throws {
    // The second entry's place in the directory becomes the first one's, name and all.
    var zip = ZipMaker()
    zip.entries = [("a/data.pkl", [1, 2, 3]), ("a/data.pkl", [1, 2, 3])]
    var made = zip.made()
    let name = Array("a/data.pkl".utf8)
    let second = made.lastIndex(of: 0x50).map { _ in made.count - 22 - name.count - 4 }!
    for offset in 0..<4 { made[second + offset] = 0 }
    #expect(WeightsTests.problem(made) != "")
  }
}
