import Tensors
import Testing

@Suite struct WorkspaceTests {
  @Test func `slots that live until the backward pass never overlap`() {
    var plan = WorkspacePlan()
    let first = plan.reserve(5, for: .untilBackward, label: "a")
    plan.endLayer()
    let second = plan.reserve(7, for: .untilBackward, label: "b")
    let workspace = Workspace(plan)
    workspace.tensor(first, .matrix(1, 5)).fill(1)
    workspace.tensor(second, .matrix(1, 7)).fill(2)
    #expect(Array(workspace.tensor(first, .matrix(1, 5)).buffer) == Array(repeating: 1, count: 5))
  }

  @Test func `slots of one call do not overlap, those of two layers share memory`() {
    var plan = WorkspacePlan()
    let a = plan.reserve(100, for: .call, label: "a")
    let b = plan.reserve(50, for: .call, label: "b")
    plan.endLayer()
    let c = plan.reserve(120, for: .call, label: "c")
    let workspace = Workspace(plan)
    workspace.tensor(a, .matrix(1, 100)).fill(1)
    workspace.tensor(b, .matrix(1, 50)).fill(2)
    #expect(workspace[a][99] == 1)
    #expect(workspace[a] == workspace[c])
    #expect(plan.byteCount < (100 + 50 + 120) * 4)
  }

  @Test func `every slot starts on a cache line`() {
    var plan = WorkspacePlan()
    let slots = [1, 3, 17].flatMap { count in
      [
        plan.reserve(count, for: .call, label: "x"),
        plan.reserve(count, for: .untilBackward, label: "y"),
      ]
    }
    let workspace = Workspace(plan)
    for slot in slots { #expect(UInt(bitPattern: workspace[slot]).isMultiple(of: 64)) }
  }

  @Test func `the ledger counts what was reserved`() {
    var plan = WorkspacePlan()
    _ = plan.reserve(16, for: .untilBackward, label: "kept")
    _ = plan.reserve(32, for: .call, label: "lent")
    #expect(plan.byteCount == 48 * 4)
    #expect(plan.entries.map(\.label) == ["kept", "lent"])
  }

  @Test func `memory of dead slots is lent again, within their bounds`() throws {
    var plan = WorkspacePlan()
    let below = plan.reserve(16, for: .untilBackward, label: "below")
    let start = plan.privateCount
    let dead = plan.reserve(64, for: .untilBackward, label: "dead")
    let above = plan.reserve(16, for: .untilBackward, label: "above")
    let reused = try #require(plan.reuse(40, from: start, before: start + 64))
    #expect(plan.reuse(65, from: start, before: start + 64) == nil)
    #expect(plan.reuse(1, from: start, before: start) == nil)
    #expect(plan.byteCount == 96 * 4)
    let workspace = Workspace(plan)
    for i in 0..<16 { (workspace[below][i], workspace[above][i]) = (1, 2) }
    for i in 0..<64 { workspace[dead][i] = 3 }
    for i in 0..<40 { workspace[reused][i] = 4 }
    #expect((0..<16).allSatisfy { workspace[below][$0] == 1 && workspace[above][$0] == 2 })
    #expect((0..<64).filter { workspace[dead][$0] == 4 }.count == 40)
    #expect(UInt(bitPattern: workspace[reused]).isMultiple(of: 64))
  }

  @Test func `new memory is zero and copies keep their values`() {
    #expect(AlignedBuffer(count: 33).array == Array(repeating: 0, count: 33))
    #expect(AlignedBuffer([1, 2, 3]).array == [1, 2, 3])
  }

  @Test func `a shape counts pixels and numbers`() {
    let shape = Shape(n: 2, h: 3, w: 4, c: 5)
    #expect(shape.count == 120)
    #expect(shape.pixels == 24)
    #expect(shape.description == "2×3×4×5")
    #expect(Shape.matrix(6, 7) == Shape(n: 6, h: 1, w: 1, c: 7))
  }
}
