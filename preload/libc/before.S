/*
 * Names whose own definition is right, but for what is to be done before: symbols.def says which, and
 * what. All arguments stay where they are, for that and for the next definition, and nothing of ours
 * is on the stack when it begins.
 */
	.text
	.set index, 0 /* as enum next_index counts */

#if defined(__x86_64__)
#define ENTER(first) endbr64; leaq first(%rip), %r11; movl $index, %eax; jmp go_on
#elif defined(__aarch64__)
#define ENTER(first) hint 34; adrp x16, first; add x16, x16, :lo12:first; mov w17, index; b go_on
#endif

#define SYMBOL(name) .set index, index + 1;
#define TWIN(name, of)
#define BEFORE(name, first) .globl name; .type name, %function; name: ENTER(first); .size name, . - name; SYMBOL(name)
#include "symbols.def"

	.type go_on, %function
go_on:
	.cfi_startproc
#if defined(__x86_64__)
	pushq %rdi
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %r8
	pushq %r9
	pushq %rax
	.cfi_adjust_cfa_offset 56
	call *%r11
	popq %rdi
	pushq %rdi
	call next_symbol
	addq $8, %rsp
	popq %r9
	popq %r8
	popq %rcx
	popq %rdx
	popq %rsi
	popq %rdi
	.cfi_adjust_cfa_offset -56
	jmp *%rax
#elif defined(__aarch64__)
	stp x29, x30, [sp, -96]!
	stp x0, x1, [sp, 16]
	stp x2, x3, [sp, 32]
	stp x4, x5, [sp, 48]
	stp x6, x7, [sp, 64]
	str x17, [sp, 80]
	blr x16
	ldr x0, [sp, 80]
	bl next_symbol
	mov x16, x0
	ldp x0, x1, [sp, 16]
	ldp x2, x3, [sp, 32]
	ldp x4, x5, [sp, 48]
	ldp x6, x7, [sp, 64]
	ldp x29, x30, [sp], 96
	br x16
#endif
	.cfi_endproc
	.size go_on, . - go_on
	.section .note.GNU-stack, "", %progbits
