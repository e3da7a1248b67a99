// A row of a list opens with a click anywhere on it; "/" goes to the search. Everything works without this file.
(function(){
document.addEventListener("click",function(event){
 var row=event.target.closest("table.list tbody tr");
 if(!row||event.target.closest("a,button,input,label,details,form")||String(getSelection()))return;
 var link=row.querySelector("td a");
 if(link)link.click();
});
document.addEventListener("keydown",function(event){
 if(event.key!=="/"||event.ctrlKey||event.metaKey||/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName))return;
 var field=document.getElementById("q");
 if(field){event.preventDefault();field.focus();field.select()}
});
})();
