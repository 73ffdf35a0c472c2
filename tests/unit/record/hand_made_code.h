// Functions as compilers do not write them, each calling its argument: in assembler, with call frame
// information right, odd, or missing.
#pragma once

extern "C" {
using HandMadeCallback = void (*)();
using HandMadeFunction = void(HandMadeCallback);

HandMadeFunction call_plain;           // CFA from rsp
HandMadeFunction call_framed;          // CFA from rbp
HandMadeFunction call_realigned;       // CFA from a slot by expression, rbp by expression
HandMadeFunction call_through_rbx;     // CFA from rbx: as in the lazy binding trampoline
HandMadeFunction call_by_expression;   // CFA by an expression with arithmetic
HandMadeFunction call_without_cfi;     // frame pointer, no call frame information
HandMadeFunction call_without_frame;   // neither
HandMadeFunction call_at_end;          // the call is the last instruction; the callee must not return
HandMadeFunction call_remembering;     // rows put aside and taken back before the call
HandMadeFunction call_clobbering_bp;   // saves rbp, then uses it for numbers
extern char call_plain_site[], call_framed_site[], call_realigned_site[], call_through_rbx_site[],
    call_by_expression_site[], call_without_cfi_site[], call_without_frame_site[], call_at_end_site[],
    call_remembering_site[], call_clobbering_bp_site[];  // return addresses
}

namespace leak::test {

// The frame-pointer function in memory of its own, as a just-in-time compiler would make it.
HandMadeFunction* make_jitted();

}  // namespace leak::test
